import MailTypes
import Testing

@Suite struct MailboxExtensionTests {
    @Test(arguments: [
        ("user+box@example.com", ["+"], "user@example.com"), ("user+a+b@example.com", ["+"], "user@example.com"),
        ("user-a+b@example.com", ["+", "-"], "user-a@example.com"),
        ("user-a+b@example.com", ["-", "+"], "user@example.com"),
        ("user-a@example.com", ["+", "-"], "user@example.com"), ("user=x@example.com", ["="], "user@example.com"),
        ("user@example.com", ["+"], "user@example.com"), ("user+box@example.com", [], "user+box@example.com"),
        ("user+box@example.com", ["", "+"], "user@example.com"), ("+x@example.com", ["+"], "+x@example.com"),
        ("+x-y@example.com", ["+", "-"], "+x-y@example.com"), ("user--x@example.com", ["--"], "user@example.com"),
        ("User+Box@Example.com", ["+"], "user@example.com"), ("jósé+x@example.com", ["+"], "jósé@example.com"),
        ("SRS0=h+Ab=G3=a.example=bob@fwd.example", ["+"], "srs0=h+ab=g3=a.example=bob@fwd.example"),
        ("srs1-h+b=a.example=+x@fwd.example", ["+", "-"], "srs1-h+b=a.example=+x@fwd.example"),
        ("SRS0+hab=G3=a.example=b@fwd.example", ["+"], "srs0+hab=g3=a.example=b@fwd.example"),
        ("srs2+x@example.com", ["+"], "srs2@example.com"), ("srs0x+y@example.com", ["+"], "srs0x@example.com"),
        ("a+b@c@example.com", ["+"], "a@example.com"),
    ])
    func cuts(address: String, delimiters: [String], expected: String) throws {
        let mailbox = try #require(Mailbox(parsing: address))
        let bare = mailbox.withoutExtension(delimiters: RecipientDelimiters(delimiters))
        #expect(bare.text == expected)
        #expect(bare == Mailbox(parsing: expected))
    }

    @Test func recipientDelimitersLeaveOutEmptyTexts() {
        let delimiters: RecipientDelimiters = ["+", "", "X"]
        #expect(delimiters.list == ["+", "x"])
        #expect(RecipientDelimiters.none.list.isEmpty)
    }
}
