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
        let key = line.withUnsafeReadableBytes { bytes -> String? in
            guard AttributeList.starts(bytes, with: "get ") else { return nil }
            return Self.text(UnsafeRawBufferPointer(rebasing: bytes[4...]))
        }
        if let key {
            self = .get(key: key)
        } else {
            self = .invalid(String(buffer: line))
        }
    }

    private static func text(_ encoded: UnsafeRawBufferPointer) -> String? {
        // Most addresses need no decoding.
        guard encoded.contains(ASCII.percent) else { return validText(encoded) }
        var decoded = ByteBuffer()
        PercentEncoding.decode(encoded, into: &decoded)
        return decoded.withUnsafeReadableBytes { validText($0) }
    }

    private static func validText(_ bytes: UnsafeRawBufferPointer) -> String? {
        bytes.contains(0) ? nil : String(validating: bytes, as: UTF8.self)
    }

    /// Appends the line; the key is encoded as in a reply. An invalid line is written as it is, up to its first line
    /// end: for tools and tests.
    public func encode(into buffer: inout ByteBuffer) {
        switch self {
        case .get(let key):
            buffer.writeStaticString("get ")
            let length = TCPTableEncoding.length(of: key)
            buffer.write(atMost: length) { TCPTableEncoding.write(key, of: length, limit: length, into: &$0) }
        case .invalid(let line):
            buffer.writeBytes(line.utf8.prefix { $0 != ASCII.newline })
        }
        buffer.writeInteger(ASCII.newline)
    }
}
