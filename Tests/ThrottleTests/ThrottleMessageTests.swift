import MailTypes
import PostfixProtocol
import ServiceProtocol
import Testing

@testable import Throttle

@Suite struct ThrottleMessageTests {
    private func read(
        _ attributes: [PolicyAttribute: String], facts: AttachedFacts = [:], recipients: KnownRecipients? = nil
    ) -> ThrottleMessage {
        ThrottleMessage(request(attributes, facts: facts, recipients: recipients), delimiters: ["+"])
    }

    /// A login name keeps its extension, a sender does not (2.2, 4.3).
    @Test(arguments: [
        ("", "A+x@One.test", "a@one.test", false), ("", "", "", false),
        ("a+x@one.test", "b@two.test", "a+x@one.test", true),
        ("Operator", "b@two.test", "operator", true), ("", "not an address", "not an address", false),
        ("", "+x@one.test", "+x@one.test", false),
    ])
    func senders(login: String, sender: String, key: String, isAuthenticated: Bool) {
        let message = read([.saslUsername: login, .sender: sender])
        #expect(message.sender.key == key)
        #expect(message.isAuthenticated == isAuthenticated)
    }

    @Test(
        arguments: [
            ("", "", 1, 0), ("0", "0", 1, 0), ("3", "5000", 3, 5000), ("-4", "-1", 1, 0), ("x", "y", 1, 0),
            ("99999999999999999999", "99999999999999999999", Int64.max, Int64.max),
        ] as [(String, String, Int64, Int64)])
    func numbers(count: String, size: String, recipients: Int64, bytes: Int64) {
        let message = read([.recipientCount: count, .size: size])
        #expect(message.recipientCount == recipients)
        #expect(message.size == bytes)
    }

    @Test func theOnlyRecipient() {
        let message = read([.recipient: "R+x@Home.test"])
        #expect(message.recipients.map(\.key) == ["r@home.test"])
        #expect(message.knowsAllRecipients)
    }

    /// Postfix names no recipient when there are several; the ones seen at RCPT come with the request.
    @Test func severalRecipients() {
        let none = read([.recipient: "", .recipientCount: "2"])
        #expect(none.recipients.isEmpty && !none.knowsAllRecipients)
        for isComplete in [true, false] {
            let known = KnownRecipients(addresses: ["r@home.test", "s+x@home.test"], isComplete: isComplete)
            let message = read([.recipient: "", .recipientCount: "2"], recipients: known)
            #expect(message.recipients.map(\.key) == ["r@home.test", "s@home.test"])
            #expect(message.knowsAllRecipients == isComplete)
        }
    }

    @Test func theNamedRecipientIsTheOnlyOne() {
        let stale = KnownRecipients(addresses: ["old@home.test"], isComplete: false)
        #expect(read([:], recipients: stale).recipients.map(\.key) == ["r@home.test"])
        #expect(read([:], recipients: stale).knowsAllRecipients)
    }

    @Test func aliasTargetsComeAsFacts() {
        let facts: AttachedFacts = [
            FactName(kind: "alias-target", subject: "alias.test"): "home.test",
            FactName(kind: "alias-target", subject: "one.test"): "none",
        ]
        let message = read([.recipient: "r+x@alias.test"], facts: facts)
        #expect(message.recipients.map(\.aliasTarget?.text) == ["r@home.test"])
        #expect(message.sender.aliasTarget == nil)
    }
}
