import DNS
import MailTypes
import ServiceProtocol
import Testing

@testable import Reputation

@Suite struct ListOutcomeTests {
    private static func entry(
        _ name: String, _ answer: ZoneAnswer, _ action: String = "REJECT listed", score: Double = 5,
        classes: [ResponseClass] = []
    ) throws -> ListOutcome.Entry {
        ListOutcome.Entry(
            name: name, answer: answer, classes: classes,
            action: WeightedAction(try ReputationAction(parsing: action, placeholders: []), score: score))
    }

    private static func outcome(_ entries: ListOutcome.Entry...) -> CheckResult {
        let outcome = ListOutcome(entries)
        return outcome.result(outcome.deciding?.finding.action.verdict { _ in "" } ?? .none)
    }

    private static let two = ZoneAnswer.listed([.v4(0x7f00_0002)])
    private static let both = ZoneAnswer.listed([.v4(0x7f00_0002), .v4(0x7f00_000a)])

    @Test func theFirstListWithAnActionDecidesAndAllScoresCount() throws {
        let result = Self.outcome(
            try Self.entry("a", .unlisted), try Self.entry("b", Self.two, "none", score: 2),
            try Self.entry("c", Self.both, "REJECT c", score: 3), try Self.entry("d", Self.two, "HOLD", score: 0.5))
        #expect(
            result
                == .verdict(
                    try #require(Verdict(parsing: "REJECT c")),
                    reason: "listed by b (127.0.0.2), listed by c (127.0.0.2,127.0.0.10), listed by d (127.0.0.2)",
                    score: 5.5))
    }

    @Test func aListThatFailsListsNothing() throws {
        let result = Self.outcome(
            try Self.entry("a", .failed(.timedOut)), try Self.entry("b", .unlisted),
            try Self.entry("c", .setAside("wrong")))
        #expect(result == .verdict(.none, reason: "a: no answer in time, c: set aside: wrong", score: 0))
    }

    @Test func whenAllFailNothingIsKnown() throws {
        let result = Self.outcome(try Self.entry("a", .failed(.timedOut)), try Self.entry("b", .setAside("wrong")))
        #expect(result == .error("a: no answer in time"))
    }

    @Test func classesOfAnswers() throws {
        func group(_ code: String, _ action: String?, _ score: Double) throws -> ResponseClass {
            let weighted = try action.map {
                WeightedAction(try ReputationAction(parsing: $0, placeholders: []), score: score)
            }
            return ResponseClass(name: code, codes: [try #require(ResponseCodes(parsing: code))], action: weighted)
        }
        let classes = [
            try group("127.0.0.10", "none", 1), try group("127.0.0.2", "REJECT two", 4), try group("127.0.0.3", nil, 0),
        ]
        #expect(
            Self.outcome(try Self.entry("a", Self.both, classes: classes))
                == .verdict(
                    try #require(Verdict(parsing: "REJECT two")), reason: "listed by a (127.0.0.10,127.0.0.2)", score: 5
                ))
        // What is of no class is no listing.
        let other = ZoneAnswer.listed([.v4(0x7f00_0063)])
        #expect(Self.outcome(try Self.entry("a", other, classes: classes)) == .verdict(.none))
        // A class without an action of its own has the list's.
        let third = ZoneAnswer.listed([.v4(0x7f00_0003)])
        #expect(
            Self.outcome(try Self.entry("a", third, classes: classes))
                == .verdict(
                    try #require(Verdict(parsing: "REJECT listed")), reason: "listed by a (127.0.0.3)", score: 5))
    }
}
