import Glibc

/// A regular file read as a whole, up to a limit.
struct RegularFile {
    /// Why it could not be read, as it follows "cannot read FILE: ".
    struct Failure: Error {
        let message: String
    }

    let bytes: [UInt8]
    /// Others than the owner and the group may read or write it.
    let isOpenToOthers: Bool

    /// Reads the file; fails when it is missing, no regular file, or longer than `limit` bytes.
    init(path: String, limit: Int) throws(Failure) {
        // Without O_NONBLOCK a named pipe would hold the program for ever.
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { throw Self.systemFailure() }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw Self.systemFailure() }
        guard status.st_mode & S_IFMT == S_IFREG else { throw Failure(message: "not a regular file") }
        self.isOpenToOthers = status.st_mode & (S_IROTH | S_IWOTH) != 0
        self.bytes = try Self.read(descriptor, limit: limit)
    }

    /// Reads to the end: the size that `fstat` tells may be old, or 0 in /proc.
    private static func read(_ descriptor: Int32, limit: Int) throws(Failure) -> [UInt8] {
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = Glibc.read(descriptor, &chunk, chunk.count)
            if count < 0 && errno == EINTR { continue }
            guard count >= 0 else { throw systemFailure() }
            guard count > 0 else { return bytes }
            bytes += chunk[..<count]
            guard bytes.count <= limit else { throw Failure(message: "larger than \(ByteSize(bytes: Int64(limit)))") }
        }
    }

    private static func systemFailure() -> Failure {
        let code = errno
        guard let text = strerror(code) else { return Failure(message: "error \(code)") }
        return Failure(message: String(cString: text))
    }
}
