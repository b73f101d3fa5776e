import PostfixProtocol
import ServiceProtocol
import Testing

@Suite struct VerdictTests {
    @Test(arguments: ["none", "pass", "REJECT", "450 4.7.1 later", "HOLD x", "OK", "DEFER_IF_PERMIT 4.3.5 x"])
    func itIsReadAndWritten(_ text: String) {
        #expect(Verdict(parsing: text)?.text == text)
    }

    @Test(arguments: ["DUNNO", "dunno", "DUNNO whatever"]) func dunnoIsNone(_ text: String) {
        #expect(Verdict(parsing: text) == Verdict.none)
    }

    @Test(arguments: ["", "None", "PASS", "pass ", "reject_unauth_destination", "PREPEND x", "99"])
    func othersAreNot(_ text: String) {
        #expect(Verdict(parsing: text) == nil)
    }

    @Test(arguments: [
        ("REJECT", true), ("DEFER", true), ("450 x", true), ("550 x", true), ("OK", true), ("PREPEND A: b", false),
        ("BCC a@b", false), ("INFO", false), ("WARN", false), ("HOLD", false), ("FILTER a:b", false),
        ("REDIRECT a@b", false), ("DISCARD", false), ("DEFER_IF_PERMIT", false), ("DEFER_IF_REJECT", false),
    ])
    func someAreFinal(_ text: String, _ isFinal: Bool) throws {
        let action = try #require(PolicyAction(parsing: text))
        #expect(Verdict.weight(of: action) == (isFinal ? .final : .carried))
    }

    @Test func theFailureRulesAreTheirActions() {
        #expect(FailureRule.dunno.action == nil)
        #expect(FailureRule.defer.action?.text == "DEFER_IF_PERMIT 4.3.5 Service temporarily unavailable")
        #expect(FailureRule.defer.action.map { Verdict.weight(of: $0) } == .carried)
    }
}
