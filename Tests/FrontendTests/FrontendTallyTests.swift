import PostfixProtocol
import ServiceProtocol
import ServiceRuntime
import ServiceTransport
import Testing

@testable import Frontend

@Suite struct FrontendTallyTests {
    /// What the tally shows after the dialog's last decision.
    private static func rows(_ dialog: PolicyDialog, tally: FrontendTally = FrontendTally()) throws -> [String: UInt64]
    {
        tally.prepare(dialog.engine.policies)
        tally.decided(try #require(dialog.decision), state: .rcpt)
        return Dictionary(uniqueKeysWithValues: tally.rows().map { ($0.name, $0.value) })
    }

    private static func checks(_ rows: [String: UInt64]) -> [String: UInt64] {
        rows.filter { $0.key.hasPrefix("checks.") && !$0.key.contains(".time.") }
    }

    @Test(
        arguments: [
            ("none", "none"), ("pass", "pass"), ("DUNNO", "none"), ("OK", "OK"), ("REJECT no", "REJECT"),
            ("DEFER later", "DEFER"), ("451 4.7.1 later", "4xx"), ("550 5.7.1 no", "5xx"),
            ("DEFER_IF_PERMIT x", "DEFER_IF_PERMIT"), ("DEFER_IF_REJECT x", "DEFER_IF_REJECT"),
            ("PREPEND X-A: b", "PREPEND"), ("BCC a@x.example", "BCC"), ("HOLD x", "HOLD"), ("FILTER smtp:x", "FILTER"),
            ("REDIRECT a@x.example", "REDIRECT"), ("DISCARD x", "DISCARD"), ("WARN x", "WARN"), ("INFO x", "INFO"),
        ])
    func verdictsByTheirFirstWord(_ verdict: String, _ word: String) throws {
        var dialog = try PolicyDialog(rcpt: [.make("a")])
        _ = dialog.rcpt()
        _ = dialog.reply("a", "verdict.a=\(verdict)")
        #expect(Self.checks(try Self.rows(dialog)) == ["checks.a.\(word)": 1])
    }

    @Test(arguments: [
        (AskFailure.expired, "expired"), (.breakerOpen, "left-alone"), (.queueFull, "queue-full"),
        (.connectionLost, "connection-lost"),
    ]) func failuresByTheirReason(_ failure: AskFailure, _ word: String) throws {
        var dialog = try PolicyDialog(rcpt: [.make("a")])
        _ = dialog.rcpt()
        _ = dialog.fail("a", failure)
        #expect(Self.checks(try Self.rows(dialog)) == ["checks.a.failed.\(word)": 1])
    }

    @Test(arguments: ["error.a=no database", "verdict.b=none", "verdict.a=EXPLODE", "need=x"])
    func errorsAndNonsense(_ line: String) throws {
        var dialog = try PolicyDialog(rcpt: [.make("a")])
        _ = dialog.rcpt()
        _ = dialog.reply("a", line)
        #expect(Self.checks(try Self.rows(dialog)) == ["checks.a.failed.error": 1])
    }

    @Test func theRequestsOwnLimits() throws {
        var late = try PolicyDialog(rcpt: [.make("a") { $0.limit = 20_000 }], deadline: 1_000)
        _ = late.rcpt()
        _ = late.wait(1_000)
        #expect(Self.checks(try Self.rows(late)) == ["checks.a.failed.deadline": 1])
        var full = try PolicyDialog(rcpt: [.make("a")])
        full.engine.maximumInFlight = 0
        _ = full.rcpt()
        #expect(Self.checks(try Self.rows(full)) == ["checks.a.failed.too-many": 1])
        #expect(full.decision?.remarks.map(\.text) == ["too many requests under way"])
    }

    @Test func shadowIsCountedBesideTheVerdict() throws {
        var dialog = try PolicyDialog(rcpt: [.make("a") { $0.mode = .shadow }, .make("b")])
        _ = dialog.rcpt()
        _ = dialog.reply("a", "verdict.a=REJECT no")
        _ = dialog.reply("b", "verdict.b=none")
        #expect(
            Self.checks(try Self.rows(dialog)) == ["checks.a.REJECT": 1, "checks.a.shadow": 1, "checks.b.none": 1])
    }

    /// From the question to its answer, need rounds included; the frontend's own checks and what was not answered any
    /// more take no time.
    @Test func timesAreThoseOfTheQuestions() throws {
        var dialog = try PolicyDialog(rcpt: [.make("a"), .make("b"), .make("c"), .scoreAction(at: 9, "HOLD")])
        _ = dialog.rcpt()
        _ = dialog.wait(5)
        _ = dialog.reply("a", "need=spf-listed:sender.example")
        _ = dialog.wait(10)
        _ = dialog.reply("reputation", "fact.spf-listed:sender.example=no")
        _ = dialog.wait(15)
        _ = dialog.reply("a", "verdict.a=none")
        _ = dialog.wait(10)
        _ = dialog.reply("b", "verdict.b=REJECT no")
        let rows = try Self.rows(dialog)
        #expect(rows["checks.a.time.count"] == 1)
        #expect(rows["checks.a.time.max"] == 30_000)
        #expect(rows["checks.b.time.max"] == 40_000)
        #expect(rows["checks.c.time.count"] == nil)
        #expect(rows["checks.score-action.time.count"] == nil)
    }

    @Test func theTimeOfAFailureIsItsLimit() throws {
        var dialog = try PolicyDialog(rcpt: [.make("a")])
        _ = dialog.rcpt()
        _ = dialog.wait(2_000)
        _ = dialog.fail("a", .expired)
        #expect(try Self.rows(dialog)["checks.a.time.max"] == 2_000_000)
    }

    /// A reload makes new plans; the figures go on, also for a request that was under way.
    @Test func countersOutliveAReload() throws {
        let tally = FrontendTally()
        var dialog = try PolicyDialog(rcpt: [.make("a")])
        tally.prepare(dialog.engine.policies)
        _ = dialog.rcpt()
        let changed = try PolicyDialog(rcpt: [.make("b"), .make("a")])
        dialog.engine.policies = changed.engine.policies
        tally.prepare(dialog.engine.policies)
        _ = dialog.reply("a", "verdict.a=none")
        tally.decided(try #require(dialog.decision), state: .rcpt)
        _ = dialog.rcpt()
        _ = dialog.reply("b", "verdict.b=none")
        _ = dialog.reply("a", "verdict.a=none")
        #expect(Self.checks(try Self.rows(dialog, tally: tally)) == ["checks.a.none": 2, "checks.b.none": 1])
    }

    @Test func aRequestWithoutAPolicyIsADecision() throws {
        var dialog = try PolicyDialog(rcpt: [.make("a")])
        #expect(dialog.request("VRFY") == ["answer DUNNO"])
        let rows = try Self.rows(dialog)
        #expect(rows["decisions.RCPT.dunno"] == 1)
        #expect(Self.checks(rows).isEmpty)
        #expect(dialog.decision?.reason == "no policy for this state")
        #expect(dialog.decision?.policy == nil)
    }

    @Test func openBreakersAreCountedByService() {
        let tally = FrontendTally()
        tally.prepare(service: "throttle")
        tally.prepare(service: "greylist")
        tally.breakerOpened(service: "throttle")
        tally.breakerOpened(service: "throttle")
        #expect(
            tally.rows().map { "\($0.name)=\($0.value)" } == [
                "services.greylist.breaker-opened=0", "services.throttle.breaker-opened=2",
            ])
    }
}
