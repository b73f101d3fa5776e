import MailTypes
import PostfixProtocol
import ServiceProtocol
import Testing

@testable import Reputation

@Suite struct ReputationActionTests {
    private static func verdict(_ text: String, _ value: String) throws -> String {
        try ReputationAction(parsing: text, placeholders: ["X"]).verdict { _ in value }.text
    }

    @Test(arguments: [
        ("none", "", "none"), ("pass", "", "pass"), ("REJECT no %X%", "way", "REJECT no way"),
        ("REJECT no %X%", "", "REJECT no"),
        ("REJECT 50% off%X", "", "REJECT 50% off%X"), ("451 4.7.1 %X%%X%", "ab", "451 4.7.1 abab"),
        ("DUNNO", "", "none"),
        ("REJECT 100%", "", "REJECT 100%"),
    ])
    func texts(text: String, value: String, verdict: String) throws {
        #expect(try Self.verdict(text, value) == verdict)
    }

    /// What a stranger wrote changes no line, adds no line, and is cut.
    @Test(arguments: ["a\r\nb", "a\u{0}b", "a\tb", "a\u{85}b", "a\nDATA\n.\n"])
    func strangersTextsAreCleaned(value: String) throws {
        let text = try Self.verdict("REJECT %X%", value)
        #expect(!text.unicodeScalars.contains { $0.properties.generalCategory == .control })
        #expect(text.hasPrefix("REJECT a?"))
        #expect(try Self.verdict("PREPEND X-List: %X%", value).hasPrefix("PREPEND X-List: a?"))
    }

    @Test func longTextsAreCut() throws {
        let text = try Self.verdict("REJECT %X%", String(repeating: "x", count: 5_000))
        #expect(text.utf8.count == PolicyAction.textLimit)
    }

    @Test(arguments: [
        ("127.0.0.2", "127.0.0.2", true), ("127.0.0.2", "127.0.0.3", false), ("127.0.0.4-7", "127.0.0.4", true),
        ("127.0.0.4-7", "127.0.0.7", true), ("127.0.0.4-7", "127.0.0.8", false), ("127.0.0.4-7", "127.0.1.5", false),
        ("127.0.0.16/28", "127.0.0.31", true), ("127.0.0.16/28", "127.0.0.32", false),
        ("127.0.0.0/8", "127.9.9.9", true),
    ])
    func responseCodes(codes: String, address: String, contains: Bool) throws {
        let codes = try #require(ResponseCodes(parsing: codes))
        #expect(codes.contains(try #require(.init(parsing: address))) == contains)
    }

    @Test(arguments: [
        "", "127.0.0", "127.0.0.7-4", "127.0.0.4-", "127.0.0.4-256", "127.0.0.4-07", "::1", "127.0.0.1/33",
    ])
    func noResponseCodes(text: String) {
        #expect(ResponseCodes(parsing: text) == nil)
    }
}
