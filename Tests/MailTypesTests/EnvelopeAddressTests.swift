import MailTypes
import Testing

@Suite struct EnvelopeAddressTests {
    private let delimiters: RecipientDelimiters = ["+"]

    @Test func nothingIsNull() {
        let sender = EnvelopeSender(parsing: "")
        #expect(sender == .null)
        #expect(sender.policyAddresses == ["@."])
        #expect(sender.trackingKey(delimiters: delimiters) == "")
        #expect(sender.domain == nil)
        #expect(sender.description == "")
    }

    @Test func anAddressIsAMailbox() throws {
        let sender = EnvelopeSender(parsing: "User+Box@Example.com")
        #expect(sender.mailbox?.text == "user+box@example.com")
        #expect(sender.domain?.text == "example.com")
        #expect(sender.trackingKey(delimiters: delimiters) == "user@example.com")
        #expect(sender.policyAddresses.first == "user+box@example.com")
        #expect(sender.policyAddresses.last == "@.")
        #expect(sender.description == "user+box@example.com")
    }

    @Test(arguments: [
        ("MAILER-DAEMON", "mailer-daemon"), ("user@", "user@"), ("@example.com", "@example.com"), ("<>", "<>"),
        ("a\r\nb", "a??b"), ("a\0b\u{85}c", "a?b?c"), ("İ", "i̇"), ("user+x@", "user+x@"), ("\u{FFFD}", "\u{FFFD}"),
    ])
    func anythingElseIsKept(text: String, kept: String) {
        let sender = EnvelopeSender(parsing: text)
        #expect(sender == .malformed(kept))
        #expect(sender.policyAddresses == ["@."])
        #expect(sender.trackingKey(delimiters: delimiters) == kept)
        #expect(sender.description == kept)
        #expect(sender.mailbox == nil)
    }

    @Test(arguments: ["a", "é", "漢", "😀", "İ"])
    func malformedTextIsBounded(character: String) throws {
        let sender = EnvelopeSender(parsing: String(repeating: character, count: 70_000))
        let unit = character.lowercased()
        let expected = String(repeating: unit, count: 320 / unit.utf8.count)
        let text = sender.description
        #expect(text.utf8.count <= 320)
        #expect(text.utf8.starts(with: expected.utf8))
        #expect(EnvelopeSender(parsing: text) == .malformed(text))
    }
}
