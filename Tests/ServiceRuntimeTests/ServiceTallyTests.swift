import PostfixProtocol
import ServiceProtocol
import Testing

@testable import ServiceRuntime

@Suite struct ServiceTallyTests {
    private static func reply(_ results: (String, CheckResult)...) -> CheckReply {
        .results(results.map { (check: $0.0, result: $0.1) })
    }

    private static func verdict(_ text: String) throws -> CheckResult {
        .verdict(try #require(Verdict(parsing: text)))
    }

    @Test func answersByCheckAndFirstWord() throws {
        let tally = ServiceTally(checks: ["greylist", "other"])
        let asked = AskedChecks(["greylist"])
        for text in ["none", "451 4.7.1 later", "452 later", "pass", "PREPEND X-A: b"] {
            tally.answered(Self.reply(("greylist", try Self.verdict(text))), to: asked, microseconds: 100)
        }
        tally.answered(
            Self.reply(("other", .error("no database")), ("greylist", try Self.verdict("none"))),
            to: AskedChecks(["other", "greylist"]), microseconds: 900)
        let rows = tally.rows().map { "\($0.name)=\($0.value)" }
        #expect(
            rows == [
                "checks.greylist.4xx=2", "checks.greylist.PREPEND=1", "checks.greylist.none=2",
                "checks.greylist.pass=1", "checks.greylist.time.count=6", "checks.greylist.time.max=900",
                "checks.greylist.time.p50=103", "checks.greylist.time.p99=900", "checks.other.failed.error=1",
                "checks.other.time.count=1", "checks.other.time.max=900", "checks.other.time.p50=900",
                "checks.other.time.p99=900",
            ])
    }

    /// The places of the last question's checks must not be taken for those of another.
    @Test func questionsInTurn() throws {
        let tally = ServiceTally(checks: ["a", "b"])
        let (first, second) = (AskedChecks(["a", "x", "b"]), AskedChecks(["b"]))
        for _ in 0..<3 {
            tally.answered(
                Self.reply(("a", .verdict(.none)), ("x", .error("")), ("b", .verdict(.pass))), to: first,
                microseconds: 1)
            tally.answered(Self.reply(("b", .verdict(.none))), to: second, microseconds: 1)
        }
        let rows = tally.rows().filter { !$0.name.contains(".time.") }.map { "\($0.name)=\($0.value)" }
        #expect(rows == ["checks.a.none=3", "checks.b.none=3", "checks.b.pass=3", "unknown-check=3"])
    }

    @Test func eventsAndNeeds() throws {
        let tally = ServiceTally(checks: ["a"])
        tally.count(.facts)
        tally.count(.facts)
        tally.count(.upkeep)
        tally.answered(
            .needs([FactName(kind: "networks", subject: "x.example")]), to: AskedChecks(["a"]), microseconds: 5)
        #expect(tally.rows().map { "\($0.name)=\($0.value)" } == ["facts=2", "needs=1", "upkeep=1"])
    }

    /// Whoever asks chooses the names, so an unknown one gets no counter of its own.
    @Test func unknownChecksAreOneFigure() {
        let tally = ServiceTally(checks: ["a"])
        for number in 0..<1_000 {
            let name = "x\(number)"
            tally.answered(
                Self.reply((name, .error("unknown check \(name)"))), to: AskedChecks([name]), microseconds: 1)
        }
        #expect(tally.rows().map { "\($0.name)=\($0.value)" } == ["unknown-check=1000"])
    }
}
