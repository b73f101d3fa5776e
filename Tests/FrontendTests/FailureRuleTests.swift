import PostfixProtocol
import ServiceProtocol
import ServiceTransport
import Testing

@testable import Frontend

@Suite struct FailureRuleTests {
    static let deferral = "answer DEFER_IF_PERMIT 4.3.5 Service temporarily unavailable"

    @Test(arguments: AskFailure.allCases) func whateverTheFailureTheRuleApplies(_ failure: AskFailure) throws {
        for (rule, answer) in [(FailureRule.defer, Self.deferral), (.dunno, "answer DUNNO")] {
            var dialog = try PolicyDialog(rcpt: [.make("a") { $0.failureRules = FailureRules(rule) }])
            _ = dialog.rcpt()
            #expect(dialog.fail("a", failure) == [answer])
            #expect(dialog.decision?.check == (rule == .defer ? "a" : nil))
            #expect(dialog.decision?.remarks == [.init(kind: .failed, check: "a", text: failure.rawValue)])
        }
    }

    /// Each value fits its line, all of them together do not fit a message: the service would hang up on it.
    @Test func aQuestionTooLongForItsServiceFailsAtOnce() throws {
        var dialog = try PolicyDialog(rcpt: [.make("a") { $0.failureRules = FailureRules(.defer) }])
        let long = String(repeating: "%", count: 21_000)
        let values = PolicyAttribute.allCases.filter { ![.request, .protocolState, .clientAddress].contains($0) }
        let all = Dictionary(uniqueKeysWithValues: values.map { ($0, long) })
        #expect(dialog.rcpt(all) == [Self.deferral])
        #expect(
            dialog.decision?.remarks == [
                .init(kind: .failed, check: "a", text: "the question is too long to be asked")
            ])
    }

    @Test func aVerdictNobodyAskedForIsIgnoredAndLogged() throws {
        var dialog = try PolicyDialog(rcpt: [.make("a")])
        _ = dialog.rcpt()
        #expect(dialog.reply("a", "verdict.a=none", "verdict.zz=REJECT", "error.b=x") == ["answer DUNNO"])
        #expect(dialog.decision?.remarks == [.init(kind: .unasked, check: "a", text: "b")])
    }

    /// A check about the sender's domain fails only for mail that may claim a local one.
    @Test(arguments: [
        ("x@local.example", "", deferral), ("x@LOCAL.example", "", deferral), ("x@far.example", "", "answer DUNNO"),
        ("", "", "answer DUNNO"), ("x@far.example", "u@local.example", deferral),
    ])
    func foreignSendersAreSpared(_ sender: String, _ login: String, _ answer: String) throws {
        var check = PolicyCheck.make("a") { $0.failureRules = FailureRules(.defer) }
        check.definition.sparesForeignSenders = true
        for knowsDomains in [true, false] {
            var dialog = try PolicyDialog(rcpt: [check])
            if knowsDomains {
                var domains = LastKnownDomains()
                _ = domains.add("local.example", .local)
                dialog.engine.lastKnown.domains = domains
            }
            _ = dialog.rcpt([.sender: sender, .saslUsername: login])
            // Without a list nobody knows whose the domain is.
            let expected = knowsDomains || sender.isEmpty ? answer : Self.deferral
            #expect(dialog.fail("a", .expired) == [expected])
        }
    }

    struct Rules: Sendable {
        let authenticated: FailureRule
        let unauthenticated: FailureRule
        let login: String
        let answer: String
    }

    @Test(arguments: [
        Rules(authenticated: .defer, unauthenticated: .dunno, login: "u@example.com", answer: deferral),
        Rules(authenticated: .defer, unauthenticated: .dunno, login: "", answer: "answer DUNNO"),
        Rules(authenticated: .dunno, unauthenticated: .defer, login: "u@example.com", answer: "answer DUNNO"),
        Rules(authenticated: .dunno, unauthenticated: .defer, login: "", answer: deferral),
    ])
    func theRuleIsThatOfTheSender(_ rules: Rules) throws {
        var dialog = try PolicyDialog(rcpt: [
            .make("a") {
                $0.failureRules = FailureRules(
                    authenticated: rules.authenticated, unauthenticated: rules.unauthenticated)
            }
        ])
        _ = dialog.rcpt([.saslUsername: rules.login])
        #expect(dialog.fail("a", .expired) == [rules.answer])
    }

    struct Reply: Sendable {
        let lines: [String]
        let failure: String
    }

    @Test(arguments: [
        Reply(lines: ["error.a=database is gone", "verdict.b=none"], failure: "database is gone"),
        Reply(lines: ["verdict.b=none"], failure: "no verdict in the reply"),
        Reply(
            lines: ["verdict.a=none", "verdict.a=REJECT", "verdict.b=none"],
            failure: "more than one verdict in the reply"),
        Reply(lines: ["verdict.a=none", "error.a=x", "verdict.b=none"], failure: "more than one verdict in the reply"),
        Reply(lines: ["verdict.a=MAYBE", "verdict.b=none"], failure: "verdict is not a Postfix action"),
        Reply(lines: ["verdict.a=REJECT", "score.a=many", "verdict.b=none"], failure: "score is not a number"),
        Reply(lines: ["verdict.c=REJECT", "verdict.b=none"], failure: "no verdict in the reply"),
    ])
    func aBadVerdictIsThatChecksFailureAlone(_ reply: Reply) throws {
        var dialog = try PolicyDialog(rcpt: [
            .make("a", of: "x") { $0.failureRules = FailureRules(.defer) },
            .make("b", of: "x") { $0.failureRules = FailureRules(.defer) },
        ])
        _ = dialog.rcpt()
        let joined = reply.lines.joined(separator: "\n")
        #expect(dialog.reply("x", joined) == ["useless x", Self.deferral])
        let failures = dialog.decision?.remarks.filter { $0.kind == .failed }
        #expect(failures == [.init(kind: .failed, check: "a", text: reply.failure)])
    }

    @Test func anyOtherDoubledNameIsTheFailureOfAll() throws {
        var dialog = try PolicyDialog(rcpt: [.make("a", of: "x"), .make("b", of: "x")])
        _ = dialog.rcpt()
        let lines = dialog.reply("x", "verdict.a=REJECT", "reason.a=1", "reason.a=2", "verdict.b=REJECT")
        #expect(lines == ["useless x", "answer DUNNO"])
        #expect(dialog.decision?.remarks.map(\.check) == ["a", "b"])
        #expect(dialog.decision?.remarks.first?.text == "reason.a stands twice in the reply")
    }

    @Test func readingGoesOnAfterAFailure() throws {
        var dialog = try PolicyDialog(rcpt: [.make("a") { $0.failureRules = FailureRules(.defer) }, .make("b")])
        _ = dialog.rcpt()
        #expect(dialog.fail("a", .connectionLost) == [])
        #expect(dialog.reply("b", "verdict.b=REJECT b") == ["answer REJECT b"])
        #expect(dialog.decision?.remarks.map(\.kind) == [.failed])
    }

    @Test func eachAskHasItsOwnLimit() throws {
        var dialog = try PolicyDialog(rcpt: [
            .make("a", of: "x") { $0.limit = 300 }, .make("b", of: "x") { $0.limit = 700 }, .make("c"),
            .make("d", asksNetwork: true),
        ])
        _ = dialog.rcpt()
        let limits = { (service: String) in
            dialog.last[service].map { $0.ask.expires.microseconds(since: dialog.now) / 1_000 }
        }
        #expect(limits("x") == 700)
        #expect(limits("c") == 2_000)
        #expect(try dialog.asked("c").deadline == dialog.now.advanced(byMilliseconds: 2_000))
        _ = dialog.reply("x", "verdict.a=none", "verdict.b=none")
        _ = dialog.reply("c", "verdict.c=none")
        #expect(dialog.last["d"].map { $0.ask.expires.microseconds(since: dialog.now) / 1_000 } == 5_000)
    }

    // MARK: The whole request

    @Test func theDeadlineOfTheWholeRequestIsTheLastResort() throws {
        var dialog = try PolicyDialog(
            rcpt: [.make("a"), .make("b", records: true) { $0.failureRules = FailureRules(.defer) }, .make("c")],
            deadline: 4_000)
        _ = dialog.rcpt()
        #expect(dialog.wait(3_999) == [])
        #expect(dialog.wait(1) == ["cancel a", Self.deferral])
        #expect(dialog.decision?.microseconds == 4_000_000)
        let text = "deadline of the request"
        #expect(
            dialog.decision?.remarks == ["a", "b", "c"].map { .init(kind: .failed, check: $0, text: text) })
        #expect(dialog.engine.nextWake == nil)
    }

    @Test func whatIsKnownByThenCounts() throws {
        var dialog = try PolicyDialog(rcpt: [.make("a"), .make("b")])
        _ = dialog.rcpt()
        _ = dialog.reply("b", "verdict.b=REJECT b")
        #expect(dialog.wait(10_000) == ["cancel a", "answer REJECT b"])
    }

    /// A service that wakes up after the answer must not record.
    @Test func noQuestionOutlivesTheRequest() throws {
        var dialog = try PolicyDialog(rcpt: [.make("a"), .make("b", records: true)], deadline: 3_000)
        _ = dialog.rcpt()
        let end = dialog.now.advanced(byMilliseconds: 3_000)
        #expect(dialog.engine.nextWake == end)
        _ = dialog.wait(1_900)
        #expect(dialog.reply("a", "verdict.a=none") == ["ask b: b"])
        #expect(dialog.last["b"]?.ask.expires == end)
        #expect(try dialog.asked("b").deadline == end)
    }

    @Test func aShorterDeadlineHoldsAtOnce() throws {
        var dialog = try PolicyDialog(rcpt: [.make("a")], deadline: 10_000)
        _ = dialog.request("RCPT", tag: 1)
        dialog.engine.policies = try PolicyDialog(rcpt: [.make("a")], deadline: 1_000).engine.policies
        _ = dialog.request("RCPT", tag: 2)
        #expect(dialog.engine.nextWake == dialog.now.advanced(byMilliseconds: 1_000))
        _ = dialog.wait(1_000)
        #expect(dialog.tags == [2])
        _ = dialog.wait(9_000)
        #expect(dialog.tags == [2, 1])
    }

    @Test func pastTheBoundTheRuleAppliesAtOnce() throws {
        let policies = try PolicyDialog(rcpt: [
            .make("a", wants: ["local:recipient"]) { $0.failureRules = FailureRules(.defer) },
            .make("b", records: true),
        ]).engine.policies
        var dialog = PolicyDialog(PolicyEngine(policies: policies, maximumInFlight: 2))
        for _ in 0..<2 { #expect(dialog.rcpt().count == 1) }
        #expect(dialog.rcpt() == [Self.deferral])
        #expect(dialog.decision?.remarks.map(\.text) == ["too many requests under way"])
        #expect(dialog.engine.inFlight == 2)
    }

    @Test func aLateOutcomeIsNobodys() throws {
        var dialog = try PolicyDialog(rcpt: [.make("a"), .make("b")])
        _ = dialog.rcpt()
        let late = try #require(dialog.open.last)
        #expect(dialog.reply("a", "verdict.a=REJECT a") == ["cancel b", "answer REJECT a"])
        _ = dialog.rcpt()
        var actions: [PolicyEngine.Action] = []
        dialog.engine.receive(.failed(.expired), token: late.ask.token, now: dialog.now, actions: &actions)
        #expect(actions.isEmpty)
        #expect(dialog.engine.inFlight == 1)
    }
}
