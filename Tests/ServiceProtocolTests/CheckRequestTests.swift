import NIOCore
import PostfixProtocol
import ServiceProtocol
import Testing

@Suite struct CheckRequestTests {
    private static let policy = PolicyRequest.make([
        .request: "smtpd_access_policy", .protocolState: "RCPT", .sender: "100%@example.com", .recipient: "b@x.example",
    ])

    @Test func itIsWrittenAsAttributes() {
        let request = CheckRequest(
            checks: ["a", "b"], policy: Self.policy, key: RecordingKey(high: 1, low: 2),
            deadline: MonotonicInstant(milliseconds: 81_234_567),
            facts: [FactName(kind: "local", subject: "x.example"): "yes"],
            recipients: KnownRecipients(addresses: ["a@x", "b@y"], isComplete: true), isDryRun: true)
        let expected = [
            "request=check", "checks=a b", "key=00000000000000010000000000000002", "deadline=81234567", "dry-run=1",
            "fact.local:x.example=yes", "recipients=complete", "recipient_list=a@x%0Ab@y", "protocol_state=RCPT",
            "sender=100%25@example.com", "recipient=b@x.example",
        ]
        #expect(lines { request.encode(into: &$0) } == expected)
    }

    @Test func itIsReadBack() throws {
        let request = CheckRequest(
            checks: ["a", "b"], policy: Self.policy, key: RecordingKey(high: .max, low: 0),
            deadline: MonotonicInstant(milliseconds: 81_234_567),
            facts: [FactName(kind: "local", subject: "x.example"): "50%\n"],
            recipients: KnownRecipients(addresses: ["a@x", "b@y"], isComplete: true), isDryRun: true)
        let read = try #require(CheckRequest(try sent { request.encode(into: &$0) }))
        #expect(read.checks == request.checks)
        #expect(read.policy.string(.sender) == "100%@example.com")
        #expect(read.policy.protocolState == .rcpt)
        #expect(read.key == request.key)
        #expect(read.deadline == request.deadline)
        #expect(read.facts == request.facts)
        #expect(read.fact("local", about: "anybody@X.Example") == "50%\n")
        #expect(read.fact("local", about: "anybody@y.example") == nil)
        #expect(read.recipients == request.recipients)
        #expect(read.isDryRun)
    }

    /// A message in which something is encoded is read another way, and says the same.
    @Test(arguments: [
        ["checks=a b"], ["checks=a", "checks=b c"], ["checks=a", "deadline=5", "deadline=x"],
        ["checks=a", "key=00000000000000010000000000000002"], ["checks=a", "key=1", "dry-run=1"],
        ["checks=a", "dry-run=0", "dry-run=1"], ["checks=a", "dry-run=1", "dry-run=yes"],
        ["checks=a", "fact.local:x.example=yes", "fact.=no", "f=1", "factor=2"],
        ["checks=a", "recipients=partial", "recipient_list=x@y"], ["checks=a", "recipient_list=x@y"],
        ["check=a", "checksum=b"], ["checks=a", "deadline=-7", "dry_run=1", "sender=x"],
    ])
    func encodedOrNot(_ lines: [String]) throws {
        let plain = CheckRequest(try received(lines.joined(separator: "\n")))
        let encoded = CheckRequest(try received(lines.joined(separator: "\n"), "beside=%25"))
        #expect(plain?.checks == encoded?.checks)
        #expect(plain?.key == encoded?.key)
        #expect(plain?.deadline == encoded?.deadline)
        #expect(plain?.facts == encoded?.facts)
        #expect(plain?.recipients == encoded?.recipients)
        #expect(plain?.isDryRun == encoded?.isDryRun)
        #expect(plain?.policy == encoded?.policy)
    }

    @Test func whatIsNotGivenHasItsPlainValue() throws {
        let read = try #require(CheckRequest(try received("request=check", "checks=a")))
        #expect(read.key == nil)
        #expect(read.deadline.microseconds == .max)
        #expect(read.facts.isEmpty)
        #expect(read.recipients == nil)
        #expect(!read.isDryRun)
    }

    @Test(arguments: [
        "checks=", "checks= ", "other=x",
    ])
    func withoutChecksItIsNone(_ line: String) throws {
        #expect(CheckRequest(try received("request=check", line)) == nil)
    }

    @Test func malformedControlsAreNotBelieved() throws {
        let read = try #require(
            CheckRequest(
                try received(
                    "checks=a", "key=zz", "deadline=soon", "dry-run=yes", "fact.=x", "fact.bad=x", "fact.A:b=x",
                    "recipients=all", "recipient_list=a@x")))
        #expect(read.key == nil)
        #expect(read.deadline.microseconds == .max)
        #expect(!read.isDryRun)
        #expect(read.facts.isEmpty)
        #expect(read.recipients == nil)
    }

    @Test(arguments: [("9223372036854775807", Int.max), ("-9223372036854775808", Int.min), ("1", 1_000)])
    func anyDeadlineIsClamped(_ text: String, _ microseconds: Int) throws {
        let read = try #require(CheckRequest(try received("checks=a", "deadline=\(text)")))
        #expect(read.deadline.microseconds == microseconds)
    }

    // MARK: Recipients

    private static func readBack(_ recipients: KnownRecipients) throws -> KnownRecipients? {
        let request = CheckRequest(checks: ["a"], policy: policy, recipients: recipients)
        let list = try sent { request.encode(into: &$0) }
        return CheckRequest(list)?.recipients
    }

    @Test(arguments: [
        KnownRecipients(addresses: [], isComplete: false), KnownRecipients(addresses: ["a@x"], isComplete: false),
        KnownRecipients(addresses: ["a@x", "a%0A@y", "\"a b\"@z"], isComplete: true),
        KnownRecipients(addresses: ["cr\r", "next@x"], isComplete: true),
    ])
    func recipientsAreReadBack(_ recipients: KnownRecipients) throws {
        #expect(try Self.readBack(recipients) == recipients)
    }

    @Test func whatWouldMakeTheLineTooLongIsLeftOut() throws {
        for filler in ["x", "%", "é"] {
            let addresses = (0..<5_000).map { String(repeating: filler, count: 30) + "\($0)@x.example" }
            let read = try #require(try Self.readBack(KnownRecipients(addresses: addresses, isComplete: true)))
            #expect(!read.isComplete)
            #expect(read.addresses.count > 200)
            #expect(read.addresses.count < 5_000)
            #expect(read.addresses == Array(addresses.prefix(read.addresses.count)))
        }
    }

    @Test func oneThatIsTooLongByItself() throws {
        let long = KnownRecipients(addresses: [String(repeating: "x", count: 70_000)], isComplete: true)
        #expect(try Self.readBack(long) == KnownRecipients(addresses: [], isComplete: false))
    }
}
