import NIOCore
import PostfixProtocol
import Testing

@testable import Frontend

@Suite struct DecisionLineTests {
    private func decision(remarks: [PolicyDecision.Remark] = [], microseconds: Int = 1_234) -> PolicyDecision {
        PolicyDecision(
            action: .dunno, check: "greylist", reason: "known client",
            plan: PolicyPlan(policy: "default", state: .rcpt, checks: []), remarks: remarks, outcomes: [], answers: [],
            steps: [], microseconds: microseconds)
    }

    private func line(_ decision: PolicyDecision, _ request: PolicyRequest, id: UInt64 = 0xabc) -> String {
        var line = ByteBuffer()
        DecisionLine.write(decision, of: request, id: id, into: &line)
        return String(buffer: line)
    }

    @Test func tellsWhatWasDecidedAboutWhat() {
        let request = PolicyRequest.make([
            .clientName: "mail.example.net", .clientAddress: "192.0.2.1", .sender: "anna@example.net",
            .recipient: "bob@example.com", .protocolState: "RCPT", .instance: "1.2.3",
        ])
        #expect(
            line(decision(), request)
                == "action=DUNNO, reason=known client, check=greylist, client_name=mail.example.net,"
                + " client_address=192.0.2.1, sender=anna@example.net, recipient=bob@example.com, sasl_username=,"
                + " protocol_state=RCPT, recipient_count=, size=, instance=1.2.3, queue_id=, policy=default, id=abc,"
                + " time=1234us")
    }

    @Test func remarksStandBehindThePolicy() {
        let remarks = [
            PolicyDecision.Remark(kind: .failed, check: "throttle", text: "expired"),
            PolicyDecision.Remark(kind: .shadow, check: "greylist", text: "451 4.7.1 later"),
        ]
        let text = line(decision(remarks: remarks), PolicyRequest.make([:]))
        #expect(text.contains(", policy=default, failed=throttle: expired, shadow=greylist: 451 4.7.1 later, id="))
    }

    /// The space is reckoned beforehand, so the longest line must come out whole.
    @Test func theLongestValuesFit() {
        let long = String(repeating: "x", count: 3_000)
        let values = Dictionary(uniqueKeysWithValues: PolicyAttribute.allCases.map { ($0, long) })
        let remark = PolicyDecision.Remark(kind: .failed, check: long, text: long)
        let text = line(
            decision(remarks: [remark, remark], microseconds: .max), PolicyRequest.make(values), id: .max)
        #expect(text.hasSuffix(", id=ffffffffffffffff, time=9223372036854775807us"))
        #expect(text.utf8.count > 14 * 3_000)
    }

    @Test func aNegativeTimeIsNone() {
        #expect(line(decision(microseconds: -5), PolicyRequest.make([:])).hasSuffix("time=0us"))
    }
}
