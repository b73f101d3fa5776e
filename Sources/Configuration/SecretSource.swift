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

    let read: @Sendable (_ path: String) throws(Failure) -> Secret

    /// A source that reads by the given function.
    public init(read: @escaping @Sendable (_ path: String) throws(Failure) -> Secret) {
        self.read = read
    }

    /// Reads the files. A file that others than its owner and group may read or write is refused, so is one that is
    /// empty, not regular, longer than `limit` or not UTF-8. One line break at the end is not part of the secret.
    public static let files = SecretSource(read: readFile)

    /// Reads nothing and gives an empty secret: for checking a configuration without the right to its secrets.
    public static let unread = SecretSource { _ throws(Failure) in Secret("") }

    @Sendable private static func readFile(_ path: String) throws(Failure) -> Secret {
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
