/// Why a tcp_table(5) stream was refused. The stream has no usable position any more: close the connection.
public enum TCPTableError: Error, Equatable, CustomStringConvertible {
    /// A line, ended or not, is longer than `limit` bytes.
    case lineTooLong(limit: Int)

    /// One line for the log.
    public var description: String {
        switch self {
        case .lineTooLong(let limit): "a line is longer than \(limit) bytes"
        }
    }
}
