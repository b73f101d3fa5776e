public import NIOCore
internal import PostfixProtocol

/// A question with its number, as it is written to a connection.
public struct QuestionMessage: Sendable {
    let id: UInt64
    let payload: ByteBuffer

    /// Appends the whole message. Questions that are asked together go into one buffer, and out in one piece.
    public func encode(into buffer: inout ByteBuffer) {
        buffer.write(atMost: payload.readableBytes + Self.frame) { writer in
            writer.write("protocol=1\nid=" as StaticString)
            writer.writeDecimal(id)
            writer.write("\n" as StaticString)
            payload.withUnsafeReadableBytes { writer.write($0) }
            writer.write("\n" as StaticString)
        }
    }

    /// The lines around the payload, with the longest number.
    private static let frame = 40
}
