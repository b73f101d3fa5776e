import MailTypes
import Testing

@Suite struct MailboxTypedTests {
    @Test(arguments: [
        ("User@Example.com", "user@example.com"), ("\"quo ted\"@example.com", "quo ted@example.com"),
        ("o'brien@example.com", "o'brien@example.com"), ("a@[192.0.2.1]", "a@[192.0.2.1]"),
        ("josé@bücher.example", "josé@xn--bcher-kva.example"),
    ])
    func accepts(text: String, expected: String) throws {
        #expect(try Mailbox(typed: text).text == expected)
    }

    @Test(arguments: [
        ("user", "not a mail address: it has no @"), ("", "not a mail address: it has no @"),
        ("@example.com", "not a mail address: nothing stands before the @"),
        ("\"\"@example.com", "not a mail address: nothing stands before the @"),
        ("user@localhost", "not a mail address: the domain \"localhost\" has no dot"),
        ("user@exa mple.com", "not a mail address: \"exa mple.com\" is not a domain"),
        ("user@\u{1B}[0m", "not a mail address: \"?[0m\" is not a domain"),
        ("quo ted@example.com", "the part before the @ needs quotes: \"quo ted\"@example.com"),
        ("a..b@example.com", "the part before the @ needs quotes: \"a..b\"@example.com"),
        ("a@b@example.com", "the part before the @ needs quotes: \"a@b\"@example.com"),
        (
            "a\u{1}@example.com",
            "not a mail address: the part before the @ has control characters or open quotes"
        ),
        ("\"a@example.com", "not a mail address: the part before the @ has control characters or open quotes"),
    ])
    func explains(text: String, message: String) {
        let error = #expect(throws: MailboxSyntaxError.self) { try Mailbox(typed: text) }
        #expect(error?.description == message)
    }

    @Test func explainsTheLength() {
        let text = String(repeating: "a", count: 309) + "@example.com"
        let error = #expect(throws: MailboxSyntaxError.self) { try Mailbox(typed: text) }
        #expect(error?.description == "not a mail address: longer than 320 bytes")
    }
}
