import MailTypes
import Testing

@Suite struct MailboxTests {
    @Test(arguments: [
        ("User@Example.COM", "user", "example.com"), ("user@localhost", "user", "localhost"),
        ("quo ted@example.com", "quo ted", "example.com"), ("a\"=b@example.com", "a\"=b", "example.com"),
        ("a@b@example.com", "a@b", "example.com"), ("@@example.com", "@", "example.com"),
        ("user@[192.0.2.1]", "user", "[192.0.2.1]"), ("o'brien@example.com", "o'brien", "example.com"),
        ("a!b@example.com", "a!b", "example.com"), ("a/b@example.com", "a/b", "example.com"),
        ("{a}#@example.com", "{a}#", "example.com"), ("a~b@example.com", "a~b", "example.com"),
        ("user+box@example.com", "user+box", "example.com"),
        ("list-return-1-bob=b.example@a.example", "list-return-1-bob=b.example", "a.example"),
        ("prvs=1234abcdef=user@example.com", "prvs=1234abcdef=user", "example.com"),
        ("btv1==001abc==user@example.com", "btv1==001abc==user", "example.com"),
        ("..a..@example.com", "..a..", "example.com"), ("JOSÉ@bücher.example", "josé", "xn--bcher-kva.example"),
        ("a\u{FFFD}b@example.com", "a\u{FFFD}b", "example.com"), ("a\\b@example.com", "a\\b", "example.com"),
    ])
    func parses(address: String, localPart: String, domain: String) throws {
        let mailbox = try #require(Mailbox(parsing: address))
        #expect(mailbox.localPart == localPart)
        #expect(mailbox.domain.text == domain)
        #expect(mailbox.text == "\(localPart)@\(domain)")
        #expect(mailbox.description == mailbox.text)
        #expect(mailbox.original == address)
        #expect("\(mailbox.originalLocalPart)@\(mailbox.originalDomain)" == address)
        #expect(Mailbox(parsing: mailbox.text) == mailbox)
    }

    @Test(arguments: [
        "", "@", "user", "user@", "@example.com", "user@example.com>x", "user@exa mple.com", "user@a..b", "user@.b",
        "user@b..", "user@.", ".", "a\u{1}b@example.com", "a\u{7F}@example.com", "a\u{85}@example.com",
        "a\0b@example.com",
        "a\nb@example.com", "user@[foo]", "user@*", "user@\u{FFFD}.example",
    ])
    func refuses(address: String) {
        #expect(Mailbox(parsing: address) == nil)
    }

    /// Postfix delivers it without the dot, so it is the address without it for every check.
    @Test(arguments: ["User@Example.com", "user@[192.0.2.1]", "a@B\u{fc}cher.example", "user@localhost"])
    func aDotAtTheEndIsNoPartOfIt(address: String) throws {
        let mailbox = try #require(Mailbox(parsing: address + "."))
        #expect(mailbox == Mailbox(parsing: address))
        #expect(mailbox.original == address)
        #expect(mailbox.policyAddresses == Mailbox(parsing: address)?.policyAddresses)
        #expect(EnvelopeAddress(parsing: address + ".").mailbox == mailbox)
    }

    /// A combining mark makes one Character with the `@` before it.
    @Test func theHalvesAreCutByBytes() throws {
        let mailbox = try #require(Mailbox(parsing: "a@\u{301}b.example"))
        #expect(Array(mailbox.originalDomain.utf8) == Array("\u{301}b.example".utf8))
        #expect(Array(mailbox.smtpPath.utf8) == Array("a@\u{301}b.example".utf8))
    }

    @Test func boundsTheLength() {
        let longest = String(repeating: "a", count: 308) + "@example.com"
        #expect(longest.utf8.count == 320)
        #expect(Mailbox(parsing: longest)?.text == longest)
        #expect(Mailbox(parsing: "a" + longest) == nil)
        let tld = String(repeating: "a", count: 63)
        #expect(Mailbox(parsing: "user@example.\(tld)") != nil)
        #expect(Mailbox(parsing: "user@example.\(tld)a") == nil)
    }

    @Test func equalsInNormalForm() {
        let left = Mailbox(parsing: "User@BÜCHER.example")
        let right = Mailbox(parsing: "user@xn--bcher-kva.example")
        #expect(left == right)
        #expect(Set([left, right]).count == 1)
        #expect(left != Mailbox(parsing: "user2@xn--bcher-kva.example"))
    }
}
