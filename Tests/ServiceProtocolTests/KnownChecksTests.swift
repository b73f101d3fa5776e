import PostfixProtocol
import Testing

@testable import ServiceProtocol

@Suite struct KnownChecksTests {
    private static func question(_ checks: String) throws -> AttributeList {
        try received("request=check", "checks=\(checks)")
    }

    @Test func aListIsMadeOnce() throws {
        var known = KnownChecks()
        let first = try #require(CheckRequest(Self.question("a b"), known: &known)).asked
        let other = try #require(CheckRequest(Self.question("b a"), known: &known)).asked
        let again = try #require(CheckRequest(Self.question("a b"), known: &known)).asked
        #expect(first.names == ["a", "b"])
        #expect(other.names == ["b", "a"])
        #expect(again === first)
    }

    /// More lists than are remembered, and one too long to be: each is what the question says.
    @Test func whatIsForgottenIsReadAgain() throws {
        var known = KnownChecks()
        let lists =
            (0..<40).map { "check-\($0) x" } + [(0..<300).map { "long-\($0)" }.joined(separator: " "), " a  b "]
        for _ in 0..<3 {
            for list in lists {
                let request = try #require(CheckRequest(Self.question(list), known: &known))
                #expect(request.checks == list.split(separator: " ").map(String.init))
            }
        }
    }

    @Test func noChecksAreNoQuestion() throws {
        var known = KnownChecks()
        for text in ["", " ", "   "] { #expect(try CheckRequest(Self.question(text), known: &known) == nil) }
        #expect(CheckRequest(try received("request=check"), known: &known) == nil)
    }

    @Test func theReadyAnswerIsTheWrittenOne() throws {
        let asked = AskedChecks(["a", "b"])
        let replies: [CheckReply] = [
            .results([("a", .verdict(.none)), ("b", .verdict(.none))]),
            .results([("b", .verdict(.none)), ("a", .verdict(.none))]),
            .results([("a", .verdict(.none))]),
            .results([("a", .verdict(.none, reason: "why")), ("b", .verdict(.none))]),
            .results([("a", .verdict(.none)), ("b", .verdict(.none, reason: "", score: 1))]),
            .results([("a", .verdict(.none)), ("b", .verdict(.pass))]),
            .results([("a", .verdict(.none)), ("b", .error("no database"))]),
            .needs([FactName(kind: "local", subject: "x.example")]),
        ]
        for reply in replies { #expect(lines { reply.encode(to: asked, into: &$0) } == lines(reply.encode)) }
    }

    /// Whoever names a check twice gets one answer: two would be an error.
    @Test func aDoubledNameIsReadOnce() throws {
        var known = KnownChecks()
        for _ in 0..<2 { #expect(try CheckRequest(Self.question("b a b"), known: &known)?.checks == ["b", "a"]) }
    }
}
