import NIOCore

/// The text of tcp_table(5): `%`, whitespace, and every byte that is not printable ASCII is written as %XX.
enum TCPTableEncoding {
    private static func needsEscape(_ byte: UInt8) -> Bool {
        byte <= ASCII.space || byte >= ASCII.delete || byte == ASCII.percent
    }

    /// The length of `text` in bytes when encoded.
    static func length(of text: String) -> Int {
        var text = text
        return text.withUTF8 { bytes in bytes.reduce(0) { $0 + (needsEscape($1) ? 3 : 1) } }
    }

    /// Writes `text`, whose length when encoded is `whole`, cut between two characters so that no more than `limit`
    /// bytes are written.
    static func write(_ text: String, of whole: Int, limit: Int, into writer: inout ByteWriter) {
        if whole == text.utf8.count, whole <= limit { return writer.write(text) }
        var room = limit
        for scalar in text.unicodeScalars {
            let length = length(of: String(scalar))
            guard length <= room else { return }
            room -= length
            for byte in UTF8.encode(scalar) ?? .init() { write(byte, into: &writer) }
        }
    }

    private static func write(_ byte: UInt8, into writer: inout ByteWriter) {
        if needsEscape(byte) { PercentEncoding.write(byte, into: &writer) } else { writer.write(byte) }
    }
}
