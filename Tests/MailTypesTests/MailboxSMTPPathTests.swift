import MailTypes
import Testing

@Suite struct MailboxSMTPPathTests {
    @Test(arguments: [
        ("User@Example.com", "User@Example.com"), ("a.b@example.com", "a.b@example.com"),
        ("quo ted@example.com", "\"quo ted\"@example.com"), ("a@b@example.com", "\"a@b\"@example.com"),
        ("a\"b@example.com", "\"a\\\"b\"@example.com"), ("a\\b@example.com", "\"a\\\\b\"@example.com"),
        (".a@example.com", "\".a\"@example.com"), ("a.@example.com", "\"a.\"@example.com"),
        ("a..b@example.com", "\"a..b\"@example.com"), ("a,b@example.com", "\"a,b\"@example.com"),
        ("!#$%&'*+-/=?^_`{|}~@example.com", "!#$%&'*+-/=?^_`{|}~@example.com"),
        ("josé@bücher.example", "josé@bücher.example"), ("jo sé@example.com", "\"jo sé\"@example.com"),
        ("a(b)@example.com", "\"a(b)\"@example.com"), ("a@[192.0.2.1]", "a@[192.0.2.1]"),
    ])
    func quotesWhereNeeded(address: String, path: String) throws {
        let mailbox = try #require(Mailbox(parsing: address))
        #expect(mailbox.smtpPath == path)
        #expect("\(mailbox.quotedLocalPart)@\(mailbox.originalDomain)" == path)
        #expect(Mailbox(smtpPath: path)?.original == address)
    }

    @Test(arguments: [
        "", "@", "user", "quo ted@example.com", "a@b@example.com", "\"a@example.com", "\"a\"b@example.com",
        "\"\"@example.com", "\"a\"@", "\"a\"", "\"a\\", "\"a\\\"@example.com", "a\"b\"@example.com", "a..b@example.com",
        ".a@example.com", "a.@example.com", "\"a\u{1}\"@example.com", "\"a\\\u{1}\"@example.com", "\"a\"@b@example.com",
        "\"a\\é\"@example.com", "user@example..com",
    ])
    func refuses(path: String) {
        #expect(Mailbox(smtpPath: path) == nil)
    }

    @Test func resolvesNeedlessQuotes() {
        #expect(Mailbox(smtpPath: "\"us\\er\"@example.com")?.text == "user@example.com")
    }

    @Test func boundsTheLength() {
        let quoted = "\"" + String(repeating: "\\a", count: 308) + "\"@example.com"
        #expect(Mailbox(smtpPath: quoted)?.text.utf8.count == 320)
        #expect(Mailbox(smtpPath: "\"" + String(repeating: "a", count: 400) + "\"@example.com") == nil)
    }
}
