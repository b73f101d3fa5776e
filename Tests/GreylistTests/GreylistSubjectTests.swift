import MailTypes
import Testing

@testable import Greylist

@Suite struct GreylistSubjectTests {
    @Test func keysOfAnAttempt() throws {
        let subject = try subject("192.0.2.1", from: "User+Tag@Sub.Sender.Example", to: "B+x@Rcpt.example")
        #expect(
            subject.triplet
                == Triplet(client: "192.0.2.1", sender: "user@sub.sender.example", recipient: "b@rcpt.example"))
        #expect(
            subject.senderKeys == [
                "user@sub.sender.example", "@sub.sender.example", "@.sub.sender.example", "@.sender.example",
                "@.example", "@.", "192.0.2.1", "192.0.2.*", "192.0.*.1",
            ])
        #expect(
            subject.recipientKeys.map(\.text) == [
                "b@rcpt.example", "@rcpt.example", "@.rcpt.example", "@.example", "@.",
            ])
    }

    @Test func nullSenderHasOnlyTheCatchall() throws {
        let subject = try subject("2001:DB8::1", from: "")
        #expect(subject.senderKeys == ["@.", "2001:db8::1"])
        #expect(subject.triplet.sender == "")
        #expect(subject.triplet.client == "2001:db8::1")
    }

    @Test func allWildcardForms() throws {
        #expect(try subject(allWildcards: true).senderKeys.filter { $0.contains("*") }.count == 15)
    }

    /// What is no address never escapes: it has the catchall and is tracked by its text.
    @Test func malformedAddresses() throws {
        let subject = try subject(from: "NoAt\u{1}Sign", to: "@")
        #expect(subject.senderKeys.first == "@.")
        #expect(subject.triplet.sender == "noat?sign")
        #expect(subject.triplet.recipient == "@")
        #expect(subject.recipientKeys.map(\.text) == ["@."])
    }

    @Test func aliasTargetAddsItsKeys() throws {
        let keys = try subject(to: "b+x@alias.example", aliasTarget: "target.test").recipientKeys
        #expect(keys.filter { !$0.isAliasDerived }.map(\.text).first == "b@alias.example")
        #expect(
            keys.filter(\.isAliasDerived).map(\.text) == [
                "b@target.test", "@target.test", "@.target.test", "@.test",
            ])
        #expect(try subject(to: "b@alias.example", aliasTarget: "target.test").triplet.recipient == "b@alias.example")
    }

    @Test func mappedClientIsTheIPv4One() throws {
        #expect(try subject("::ffff:192.0.2.1").triplet.client == "192.0.2.1")
    }
}
