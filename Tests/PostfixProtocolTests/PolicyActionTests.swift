import NIOCore
import PostfixProtocol
import SuiteFixture
import Testing

@Suite struct PolicyActionTests {
    @Test(
        arguments: [
            ("OK", .ok, "OK"), ("ok", .ok, "OK"), ("DUNNO", .dunno, "DUNNO"), (" dunno ", .dunno, "DUNNO"),
            ("REJECT", .reject, "REJECT"), ("reject Not authorized", .reject, "REJECT Not authorized"),
            ("REJECT\t  two  blanks", .reject, "REJECT two  blanks"), ("DEFER later", .defer, "DEFER later"),
            ("DEFER_IF_REJECT x", .deferIfReject, "DEFER_IF_REJECT x"),
            ("defer_if_permit 4.2.0 y", .deferIfPermit, "DEFER_IF_PERMIT 4.2.0 y"),
            ("451 4.7.1 wait", .code4, "451 4.7.1 wait"), ("550", .code5, "550"), ("400", .code4, "400"),
            ("599 x", .code5, "599 x"), ("BCC a@example.com", .bcc, "BCC a@example.com"),
            ("DISCARD", .discard, "DISCARD"),
            ("DISCARD why", .discard, "DISCARD why"),
            ("FILTER smtp:[127.0.0.1]:10025", .filter, "FILTER smtp:[127.0.0.1]:10025"),
            ("FILTER smtp:", .filter, "FILTER smtp:"), ("HOLD", .hold, "HOLD"), ("INFO", .info, "INFO"),
            ("INFO text", .info, "INFO text"), ("PREPEND X-Spam: yes", .prepend, "PREPEND X-Spam: yes"),
            ("PREPEND X-Empty:", .prepend, "PREPEND X-Empty:"),
            ("REDIRECT b\u{fc}ro@example.com", .redirect, "REDIRECT b\u{fc}ro@example.com"),
            ("WARN x", .warn, "WARN x"),
            ("REJECT a\r\nb\0c\u{7f}\u{85}d", .reject, "REJECT a??b?c??d"),
            ("PREPEND X: a\nEvil: b", .prepend, "PREPEND X: a?Evil: b"), ("REJECT x\n", .reject, "REJECT x"),
        ] as [(String, PolicyAction.Kind, String)])
    func accepted(_ source: String, _ kind: PolicyAction.Kind, _ text: String) throws {
        let action = try #require(PolicyAction(parsing: source))
        #expect(action.kind == kind)
        #expect(Array(action.text.utf8) == Array(text.utf8))
        #expect(action.description == text)
        #expect(PolicyAction(parsing: action.text) == action)
    }

    @Test(arguments: [
        "", " ", "\n", "MAYBE", "OKAY", "restriction_class", "permit", "45", "4511", "451x", "250 ok", "300", "000",
        "\u{0664}51 x", "45\u{0661}", "BCC", "BCC nobody", "BCC @example.com", "BCC a@", "BCC a@b c", "BCC a@b\0",
        "REDIRECT", "REDIRECT x", "FILTER", "FILTER smtp", "FILTER :x", "FILTER smtp:a b", "PREPEND", "PREPEND text",
        "PREPEND : x", "PREPEND a b: c", "PREPEND X\u{e9}: c", "REJECT\u{0}x",
    ])
    func refused(_ source: String) {
        #expect(PolicyAction(parsing: source) == nil)
    }

    @Test func longTextsAreCutBetweenCharacters() throws {
        for (length, expected) in [(392, 399), (393, 400), (394, 400), (5_000, 400)] {
            let action = try #require(PolicyAction(parsing: "REJECT " + String(repeating: "x", count: length)))
            #expect(action.text.utf8.count == expected)
        }
        let action = try #require(PolicyAction(parsing: "REJECT " + String(repeating: "\u{20ac}", count: 200)))
        #expect(action.text.utf8.count == 7 + 131 * 3)
        #expect(action.text.unicodeScalars.last == "\u{20ac}")
    }

    /// Found by fuzzing: what was cut behind a blank was another action when it was read again.
    @Test func noBlankIsLeftWhereATextIsCut() throws {
        let action = try #require(PolicyAction(parsing: "REJECT " + String(repeating: "x", count: 392) + " yz"))
        #expect(action.text.utf8.count == 399)
        #expect(PolicyAction(parsing: action.text) == action)
    }

    @Test func longArgumentsAreNotCut() {
        let long = String(repeating: "x", count: 400)
        #expect(PolicyAction(parsing: "REDIRECT a@\(long)") == nil)
        #expect(PolicyAction(parsing: "BCC \(long)@example.com") == nil)
        #expect(PolicyAction(parsing: "FILTER smtp:\(long)") == nil)
        #expect(PolicyAction(parsing: "PREPEND \(long): x") == nil)
        #expect(PolicyAction(parsing: "PREPEND X: \(long)")?.text.utf8.count == 400)
    }

    @Test(arguments: [PolicyAction.dunno, .ok, .reject, .defer, .serviceUnavailable])
    func constantsAreWhatTheyParseTo(_ action: PolicyAction) {
        #expect(PolicyAction(parsing: action.text) == action)
    }

    @Test func encoding() throws {
        var buffer = ByteBuffer()
        PolicyAction.dunno.encode(into: &buffer)
        try #require(PolicyAction(parsing: "451 4.7.1 50% b\u{fc}")).encode(into: &buffer)
        #expect(String(buffer: buffer) == "action=DUNNO\n\naction=451 4.7.1 50% b\u{fc}\n\n")
    }

    @Test func noTextBreaksTheReply() {
        var generator = SeededGenerator(seed: 5)
        for _ in 0..<500 {
            let text = "REJECT " + String(decoding: generator.bytes(upTo: 600), as: UTF8.self)
            var buffer = ByteBuffer()
            PolicyAction(parsing: text)?.encode(into: &buffer)
            var framer = AttributeListFramer()
            let reply = (try? framer.next(from: &buffer)).flatMap { $0 }.flatMap { PolicyReply($0) }
            #expect(reply?.action != nil || PolicyAction(parsing: text) == nil)
            #expect(buffer.readableBytes == 0)
            #expect((reply?.text.utf8.count ?? 0) <= 400)
            #expect(reply?.text.unicodeScalars.contains { $0.properties.generalCategory == .control } != true)
        }
    }
}
