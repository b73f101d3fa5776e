public import NIOCore

/// Finds the netstrings of socketmap_table(5) in a byte stream, queries as well as replies.
///
/// The grammar: the length in decimal without leading zeros, `:`, that many bytes, `,`. Nothing stands between two
/// netstrings. A stream that breaks it is refused at the first wrong byte, however it was cut.
public struct SocketmapFramer: Sendable {
    /// The longest query in bytes.
    public static let queryLimit = 10_000
    /// The longest reply in bytes.
    public static let replyLimit = 100_000

    private let limit: Int
    /// Some bytes of an unfinished netstring were seen.
    public private(set) var isMidMessage = false

    /// A framer at the beginning of a stream, for texts of up to `limit` bytes.
    public init(limit: Int = queryLimit) {
        self.limit = limit
    }

    /// Takes the next netstring off the front of `buffer` and gives the text in it; nil when more bytes are needed.
    /// - Throws: on anything that is not a netstring. Every further call throws again.
    public mutating func next(from buffer: inout ByteBuffer) throws(SocketmapError) -> ByteBuffer? {
        isMidMessage = buffer.readableBytes > 0
        guard let (header, length) = try header(buffer.readableBytesView) else { return nil }
        guard buffer.readableBytes > header + length else { return nil }
        guard buffer.getInteger(at: buffer.readerIndex + header + length) == ASCII.comma else { throw .missingComma }
        buffer.moveReaderIndex(forwardBy: header)
        let text = buffer.readSlice(length: length)
        buffer.moveReaderIndex(forwardBy: 1)
        isMidMessage = false
        return text
    }

    /// The length of the header, `:` included, and the number in it. The header is at most a few bytes long, so it is
    /// read again each time.
    private func header(_ bytes: ByteBufferView) throws(SocketmapError) -> (header: Int, length: Int)? {
        var length = 0
        var digits = 0
        for byte in bytes {
            if byte == ASCII.colon, digits > 0 { return (digits + 1, length) }
            guard byte >= ASCII.zero, byte <= ASCII.nine else { throw .badLength }
            guard digits == 0 || length > 0 else { throw .badLength }
            length = length &* 10 &+ Int(byte - ASCII.zero)
            guard length <= limit else { throw .tooLong(limit: limit) }
            digits += 1
        }
        return nil
    }
}
