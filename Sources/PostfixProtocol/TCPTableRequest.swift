public import NIOCore

/// A question to a tcp_table(5) server.
public enum TCPTableRequest: Sendable, Equatable {
    /// `get KEY`: the key is decoded.
    case get(key: String)
    /// Anything else, repaired to valid UTF-8. Also a key with a NUL or of invalid UTF-8: it cannot be rewritten without
    /// damage, so it is not found.
    case invalid(String)

    /// Reads a line of the framer.
    public init(parsing line: ByteBuffer) {
        let view = line.readableBytesView
        guard view.starts(with: "get ".utf8), let key = Self.text(view.dropFirst(4)) else {
            self = .invalid(String(decoding: view, as: UTF8.self))
            return
        }
        self = .get(key: key)
    }

    private static func text(_ encoded: ByteBufferView) -> String? {
        // Most addresses need no decoding.
        let decoded = encoded.contains(ASCII.percent) ? ByteBufferView(AttributeList.decode(encoded)) : encoded
        guard !decoded.contains(0) else { return nil }
        return String(validating: decoded, as: UTF8.self)
    }

    /// Appends the line; the key is encoded as in a reply. An invalid line is written as it is, up to its first line
    /// end: for tools and tests.
    public func encode(into buffer: inout ByteBuffer) {
        switch self {
        case .get(let key):
            buffer.writeStaticString("get ")
            TCPTableEncoding.write(key, limit: .max, into: &buffer)
        case .invalid(let line):
            buffer.writeBytes(line.utf8.prefix { $0 != ASCII.newline })
        }
        buffer.writeInteger(ASCII.newline)
    }
}
