/// Why an attribute list was refused. After any of these the stream has no usable position: close the connection.
public enum AttributeListError: Error, Equatable, CustomStringConvertible {
    /// A line, ended or not, is longer than `limit` bytes.
    case lineTooLong(limit: Int)
    /// The lines of one message are longer than `limit` bytes together.
    case messageTooLong(limit: Int)
    /// A message has more than `limit` lines.
    case tooManyAttributes(limit: Int)

    /// One line for the log.
    public var description: String {
        switch self {
        case .lineTooLong(let limit): "a line is longer than \(limit) bytes"
        case .messageTooLong(let limit): "a message is longer than \(limit) bytes"
        case .tooManyAttributes(let limit): "a message has more than \(limit) attributes"
        }
    }
}
