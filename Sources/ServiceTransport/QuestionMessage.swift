public import NIOCore
internal import PostfixProtocol

/// A question with its number, as it is written to a connection.
public struct QuestionMessage: Sendable {
    let id: UInt64
    let payload: ByteBuffer
    let policy: PolicyRequest?
    /// The attributes that the service at the other end reads.
    let reads: PolicyAttributeSet

    /// A question beside the checks: it is about no request of Postfix.
    init(id: UInt64, payload: ByteBuffer) {
        self.id = id
        self.payload = payload
        policy = nil
        reads = []
    }

    init(id: UInt64, _ ask: Ask, reads: PolicyAttributeSet) {
        self.id = id
        payload = ask.payload
        policy = ask.policy
        self.reads = reads
    }

    /// Appends the whole message. Questions that are asked together go into one buffer, and out in one piece.
    public func encode(into buffer: inout ByteBuffer) {
        let space = Self.frame + payload.readableBytes + (policy?.space(of: reads) ?? 0)
        buffer.write(atMost: space) { writer in
            writer.write("protocol=1\nid=" as StaticString)
            writer.writeDecimal(id)
            writer.write("\n" as StaticString)
            payload.withUnsafeReadableBytes { writer.write($0) }
            policy?.encodeAttributes(reads, into: &writer)
            writer.write("\n" as StaticString)
        }
    }

    /// The lines around the payload, with the longest number.
    private static let frame = 40
}
