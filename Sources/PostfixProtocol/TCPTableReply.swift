public import NIOCore

/// The answer of a tcp_table(5) server.
public enum TCPTableReply: Sendable, Equatable {
    /// 200: the value.
    case found(String)
    /// 500: no such entry, and why.
    case notFound(String)
    /// 400: ask again later, and why.
    case temporary(String)

    /// The longest reply in bytes, its LF included (tcp_table(5), "REPLY FORMAT").
    public static let lineLimit = 4_096
    /// What is left of it for the text: without the code, the blank and the LF.
    private static let textLimit = lineLimit - 5

    /// Appends the line. A reason that is too long is cut. A value that is too long is never cut, since half an address
    /// is another address: the reply is then "not found", which leaves the mail as it is.
    public func encode(into buffer: inout ByteBuffer) {
        switch self {
        case .found(let value):
            let length = TCPTableEncoding.length(of: value)
            guard length <= Self.textLimit else { return Self.write("500 ", "Result too long", into: &buffer) }
            Self.write("200 ", value, of: length, into: &buffer)
        case .notFound(let reason):
            Self.write("500 ", reason, into: &buffer)
        case .temporary(let reason):
            Self.write("400 ", reason, into: &buffer)
        }
    }

    private static func write(_ code: StaticString, _ text: String, into buffer: inout ByteBuffer) {
        write(code, text, of: TCPTableEncoding.length(of: text), into: &buffer)
    }

    private static func write(_ code: StaticString, _ text: String, of length: Int, into buffer: inout ByteBuffer) {
        buffer.write(atMost: min(length, textLimit) + lineLimit - textLimit) { writer in
            writer.write(code)
            TCPTableEncoding.write(text, of: length, limit: textLimit, into: &writer)
            writer.write(ASCII.newline)
        }
    }

    /// Reads a line of the framer, as Postfix would; nil when it is no reply. Invalid UTF-8 is replaced by U+FFFD.
    public init?(parsing line: ByteBuffer) {
        let view = line.readableBytesView
        let decoded = AttributeList.decode(view.dropFirst(4))
        let text = String(decoding: decoded.readableBytesView, as: UTF8.self)
        switch String(decoding: view.prefix(4), as: UTF8.self) {
        case "200 ": self = .found(text)
        case "500 ", "500": self = .notFound(text)
        case "400 ", "400": self = .temporary(text)
        default: return nil
        }
    }
}
