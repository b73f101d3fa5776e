internal import NIOCore
internal import PostfixProtocol

/// The log line of a decision, built as bytes: one for each request that a policy answered.
struct DecisionLine {
    private(set) var bytes: ByteBuffer

    /// Writes the line; the log escapes control characters.
    init(_ decision: PolicyDecision, of request: PolicyRequest, id: UInt64) {
        var line = ByteBuffer()
        line.reserveCapacity(512)
        line.writeStaticString("action=")
        line.writeString(decision.action.text)
        line.writeStaticString(", reason=")
        line.writeString(decision.reason)
        line.writeStaticString(", check=")
        line.writeString(decision.check ?? "")
        for attribute in Self.attributes {
            line.writeStaticString(", ")
            line.writeString(attribute.name)
            line.writeStaticString("=")
            line.writeBytes(request[attribute])
        }
        line.writeStaticString(", policy=")
        line.writeString(decision.policy ?? "")
        for remark in decision.remarks {
            line.writeString(", \(remark.kind.rawValue)=\(remark.check): \(remark.text)")
        }
        line.writeString(", id=\(String(id, radix: 16)), time=\(decision.microseconds)us")
        bytes = line
    }

    private static let attributes: [PolicyAttribute] = [
        .clientName, .clientAddress, .sender, .recipient, .saslUsername, .protocolState, .recipientCount, .size,
        .instance, .queueID,
    ]
}
