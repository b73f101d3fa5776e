internal import Glibc

/// Where the values of `...-file` keys come from.
public struct SecretSource: Sendable {
    /// Why a secret could not be had; the text names the file, never its content.
    public struct Failure: Error, Sendable, Hashable {
        /// One line for the administrator.
        public let message: String

        /// A failure with a line for the administrator.
        public init(message: String) {
            self.message = message
        }
    }

    /// The longest secret, in bytes.
    public static let limit = 65_536

    /// Reads a secret by its path.
    public let read: @Sendable (_ path: String) throws(Failure) -> Secret

    /// A source that reads by the given function.
    public init(read: @escaping @Sendable (_ path: String) throws(Failure) -> Secret) {
        self.read = read
    }

    /// Reads the files. A file that others than its owner and group may read or write is refused, so is one that is
    /// empty, not regular, longer than `limit` or not UTF-8. One line break at the end is not part of the secret.
    ///
    /// A systemd credential of the file's name (`LoadCredential=`, in the directory that CREDENTIALS_DIRECTORY names)
    /// stands above the file, which then only root need be able to read. An empty credential counts as none.
    public static let files = SecretSource.files(
        credentials: getenv("CREDENTIALS_DIRECTORY").map { String(cString: $0) })

    /// Reads nothing and gives an empty secret: for checking a configuration without the right to its secrets.
    public static let unread = SecretSource { _ throws(Failure) in Secret("") }

    static func files(credentials directory: String?) -> SecretSource {
        SecretSource { path throws(Failure) in
            try readFile(directory.flatMap { credential(for: path, in: $0) } ?? path)
        }
    }

    /// The credential of the file's name, unless there is none or an empty one.
    private static func credential(for path: String, in directory: String) -> String? {
        guard let name = path.split(separator: "/").last else { return nil }
        let credential = "\(directory)/\(name)"
        var status = stat()
        // One byte is a line break: what a unit gives when its file is missing.
        return stat(credential, &status) == 0 && status.st_size > 1 ? credential : nil
    }

    private static func readFile(_ path: String) throws(Failure) -> Secret {
        let file: RegularFile
        do {
            file = try RegularFile(path: path, limit: limit)
        } catch {
            throw Failure(message: "cannot read \(path): \(error.message)")
        }
        guard !file.isOpenToOthers else {
            throw Failure(
                message: "\(path) is open to every user; take the permissions of others away: chmod o= \(path)")
        }
        return try secret(in: file.bytes, path: path)
    }

    private static func secret(in bytes: [UInt8], path: String) throws(Failure) -> Secret {
        guard let text = String(validating: withoutLineBreak(bytes), as: UTF8.self), !bytes.contains(0) else {
            throw Failure(message: "\(path) does not hold text in UTF-8")
        }
        guard !text.isEmpty else {
            throw Failure(message: "\(path) is empty")
        }
        return Secret(text)
    }

    private static func withoutLineBreak(_ bytes: [UInt8]) -> ArraySlice<UInt8> {
        guard bytes.last == UInt8(ascii: "\n") else { return bytes[...] }
        let rest = bytes.dropLast()
        return rest.last == UInt8(ascii: "\r") ? rest.dropLast() : rest
    }
}
