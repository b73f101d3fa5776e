/// Why a socketmap_table(5) stream was refused. The stream has no usable position any more: close the connection.
public enum SocketmapError: Error, Equatable, CustomStringConvertible {
    /// The length is no decimal number: empty, negative, with a leading zero, or with another byte in it.
    case badLength
    /// The length is over `limit` bytes.
    case tooLong(limit: Int)
    /// The byte behind the text is not a comma.
    case missingComma

    /// One line for the log.
    public var description: String {
        switch self {
        case .badLength: "a netstring does not start with a length"
        case .tooLong(let limit): "a netstring is longer than \(limit) bytes"
        case .missingComma: "a netstring does not end with a comma"
        }
    }
}
