internal import NIOCore
internal import PostfixProtocol

/// The log line of a decision, built as bytes: one for each request that a policy answered.
enum DecisionLine {
    /// Writes the line; the log escapes control characters.
    static func write(_ decision: PolicyDecision, of request: PolicyRequest, id: UInt64, into line: inout ByteBuffer) {
        line.write(atMost: space(decision, request)) { writer in
            writer.write("action=" as StaticString)
            writer.write(decision.action.text)
            writer.write(", reason=" as StaticString)
            writer.write(decision.reason)
            writer.write(", check=" as StaticString)
            writer.write(decision.check ?? "")
            for (label, attribute) in attributes {
                writer.write(label)
                writer.write(attribute, of: request)
            }
            writer.write(", policy=" as StaticString)
            writer.write(decision.policy ?? "")
            for remark in decision.remarks { writer.write(remark) }
            writer.write(", id=" as StaticString)
            writer.writeHexadecimal(id)
            writer.write(", time=" as StaticString)
            writer.writeDecimal(UInt64(clamping: decision.microseconds))
            writer.write("us" as StaticString)
        }
    }

    private static let attributes: [(label: StaticString, attribute: PolicyAttribute)] = [
        (", client_name=", .clientName), (", client_address=", .clientAddress), (", sender=", .sender),
        (", recipient=", .recipient), (", sasl_username=", .saslUsername), (", protocol_state=", .protocolState),
        (", recipient_count=", .recipientCount), (", size=", .size), (", instance=", .instance),
        (", queue_id=", .queueID),
    ]

    /// What is constant in a line: labels and numbers.
    private static let constantSpace = 320

    private static func space(_ decision: PolicyDecision, _ request: PolicyRequest) -> Int {
        let check = decision.check?.utf8.count ?? 0
        let policy = decision.policy?.utf8.count ?? 0
        let texts = decision.action.text.utf8.count + decision.reason.utf8.count + check + policy
        let remarks = decision.remarks.reduce(0) { $0 + 16 + $1.check.utf8.count + $1.text.utf8.count }
        // Values lie apart in the message, so together they are no longer than it.
        return constantSpace + request.length + texts + remarks
    }
}

extension ByteWriter {
    fileprivate mutating func write(_ remark: PolicyDecision.Remark) {
        write(", " as StaticString)
        write(remark.kind.rawValue)
        write("=" as StaticString)
        write(remark.check)
        write(": " as StaticString)
        write(remark.text)
    }
}
