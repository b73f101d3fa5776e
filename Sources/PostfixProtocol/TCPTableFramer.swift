import Glibc
public import NIOCore

/// Finds the lines of tcp_table(5) in a byte stream, requests as well as replies.
///
/// Lines end with LF; a CR before it is tolerated. The framer remembers how far it looked, so a stream that arrives
/// byte by byte costs linear time.
public struct TCPTableFramer: Sendable {
    /// The longest line in bytes, without its LF.
    public static let lineLimit = 4_096

    private var searched = 0

    /// A framer at the beginning of a stream.
    public init() {}

    /// Some bytes of an unfinished line were seen.
    public var isMidMessage: Bool { searched > 0 }

    /// Takes the next line off the front of `buffer`, without its line end; nil when more bytes are needed.
    /// - Throws: when the line is over the limit, also before it is complete. Every further call throws again.
    public mutating func next(from buffer: inout ByteBuffer) throws(TCPTableError) -> ByteBuffer? {
        let start = min(searched, buffer.readableBytes)
        let newline = buffer.withUnsafeReadableBytes { bytes in Self.newline(in: bytes, from: start) }
        guard (newline ?? buffer.readableBytes) <= Self.lineLimit else {
            throw .lineTooLong(limit: Self.lineLimit)
        }
        guard let newline, var line = buffer.readSlice(length: newline) else {
            searched = buffer.readableBytes
            return nil
        }
        searched = 0
        buffer.moveReaderIndex(forwardBy: 1)
        if line.readableBytesView.last == ASCII.carriageReturn {
            line.moveWriterIndex(to: line.writerIndex - 1)
        }
        return line
    }

    private static func newline(in bytes: UnsafeRawBufferPointer, from start: Int) -> Int? {
        guard let base = bytes.baseAddress else { return nil }
        return memchr(base + start, Int32(ASCII.newline), bytes.count - start).map { base.distance(to: $0) }
    }
}
