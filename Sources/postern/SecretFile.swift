import Configuration
import Glibc
import SRS

/// The file with the secrets of SRS.
struct SecretFile {
    private let path: String

    /// The file of a path, or what that links to.
    init(path: String) {
        guard let resolved = realpath(path, nil) else {
            self.path = path
            return
        }
        defer { free(resolved) }
        self.path = String(cString: resolved)
    }

    /// Makes the file when SRS is configured and there is none.
    static func makeIfMissing(for suite: SuiteConfiguration) throws {
        guard let srs = suite.parts.first(where: { $0.name == "srs" })?.part as? SRSConfiguration,
            let path = srs.secretFile, access(path, F_OK) != 0, errno == ENOENT,
            let secret = SRSSecret(SecretText.random())
        else { return }
        _ = try SecretFile(path: path).changed { list in
            if list.secrets.isEmpty { try list.add(secret) }
        }
        StandardError.write("postern: made the SRS secret \(path); keep it\n")
    }

    /// Changes the file, which is made when it is missing: a new one takes its place as a whole, with the owner and the
    /// mode of the old one, or mode 0600. Two commands at once wait for each other.
    /// - Returns: What the file holds then.
    func changed(_ change: (inout SRSSecretList) throws -> Void) throws -> SRSSecretList {
        let directory = try locked()
        defer { close(directory) }
        var list = try read()
        let before = list
        try change(&list)
        guard list != before else { return list }
        try write(list, directory)
        return list
    }

    /// The directory, locked until it is closed.
    private func locked() throws(CommandFailure) -> CInt {
        let name = path.lastIndex(of: "/").map { String(path[...$0]) } ?? "/"
        let directory = open(name, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard directory >= 0, flock(directory, LOCK_EX) == 0 else { throw failure("cannot open \(name)") }
        return directory
    }

    private func read() throws -> SRSSecretList {
        if access(path, F_OK) != 0, errno == ENOENT { return SRSSecretList([]) }
        do {
            return try SRSSecretList(parsing: try SecretSource.files.read(path).revealed())
        } catch let failure as SecretSource.Failure {
            throw CommandFailure(description: failure.message, status: EX_NOPERM)
        }
    }

    private func write(_ list: SRSSecretList, _ directory: CInt) throws(CommandFailure) {
        let text = list.revealed()
        guard text.utf8.count <= SecretSource.limit else {
            throw CommandFailure(
                description: "\(path) would be larger than \(SecretText.limit), which nothing could read",
                status: EX_DATAERR)
        }
        let new = "\(path).new"
        // What a command that was killed has left behind; the lock tells that none is at work.
        unlink(new)
        let descriptor = open(new, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw failure("cannot make \(new)") }
        defer { close(descriptor) }
        do throws(CommandFailure) {
            try takeOverRights(descriptor)
            try fill(descriptor, text)
            guard rename(new, path) == 0, fsync(directory) == 0 else { throw failure("cannot replace \(path)") }
        } catch {
            unlink(new)
            throw error
        }
    }

    private func takeOverRights(_ descriptor: CInt) throws(CommandFailure) {
        var old = stat()
        guard stat(path, &old) == 0 else { return }
        let isOwn = old.st_uid == geteuid() && old.st_gid == getegid()
        guard isOwn || fchown(descriptor, old.st_uid, old.st_gid) == 0, fchmod(descriptor, old.st_mode & 0o660) == 0
        else { throw failure("cannot give \(path) to its owner") }
    }

    private func fill(_ descriptor: CInt, _ text: String) throws(CommandFailure) {
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            guard count > 0 else { throw failure("cannot write \(path)") }
            rest = rest.dropFirst(count)
        }
        guard fsync(descriptor) == 0 else { throw failure("cannot write \(path)") }
    }

    private func failure(_ what: String) -> CommandFailure {
        CommandFailure(description: "\(what): \(String(cString: strerror(errno)))", status: EX_CANTCREAT)
    }
}

/// The text of a new secret.
enum SecretText {
    private static let shortest = 16

    /// What the file with the secrets may hold, for messages.
    static var limit: String { "\(ByteSize(bytes: Int64(SecretSource.limit)))" }

    /// 32 random bytes in hexadecimal digits.
    static func random() -> String {
        var generator = SystemRandomNumberGenerator()
        return (0..<32).map { _ in
            let byte = UInt8.random(in: .min ... .max, using: &generator)
            return (byte < 16 ? "0" : "") + String(byte, radix: 16)
        }.joined()
    }

    /// One line of standard input.
    static func fromStandardInput() throws(CommandFailure) -> String {
        let bytes = firstLine(of: STDIN_FILENO)
        guard bytes.count >= shortest else {
            throw fault("standard input holds no secret of \(shortest) bytes or more")
        }
        guard bytes.count <= SecretSource.limit else { throw fault("the secret is longer than \(limit)") }
        // Bytes that are no text must not be repaired: secrets that differ in them would become the same one.
        guard let line = String(validating: bytes, as: UTF8.self) else {
            throw fault("the secret is not text in UTF-8")
        }
        guard line.unicodeScalars.allSatisfy({ $0.properties.generalCategory != .control }) else {
            throw fault("the secret holds a control character")
        }
        // The list's reader ends a line at each of them.
        guard !line.contains(where: \.isNewline) else { throw fault("the secret holds a line break") }
        return line
    }

    /// The bytes before the first line break, which a terminal sends before the input ends; more than `SecretSource`
    /// allows when the line is longer.
    private static func firstLine(of descriptor: CInt) -> [UInt8] {
        var line: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 4_096)
        while line.count <= SecretSource.limit {
            let count = Glibc.read(descriptor, &chunk, chunk.count)
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else { break }
            let received = chunk[..<count]
            guard let end = received.firstIndex(of: UInt8(ascii: "\n")) else {
                line += received
                continue
            }
            line += received[..<end]
            if line.last == UInt8(ascii: "\r") { line.removeLast() }
            break
        }
        return line
    }

    private static func fault(_ description: String) -> CommandFailure {
        CommandFailure(description: description, status: EX_DATAERR)
    }
}
