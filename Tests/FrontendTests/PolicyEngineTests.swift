import MailTypes
import PostfixProtocol
import ServiceProtocol
import ServiceTransport
import Testing

@testable import Frontend

@Suite struct PolicyEngineTests {
    // MARK: Dry run

    @Test func aDryRunHasNoKeyAndSaysSo() throws {
        var dialog = try PolicyDialog(rcpt: [.make("a", records: true, isKeyed: true)])
        #expect(dialog.request("RCPT", dryRun: true) == ["ask a: a"])
        let asked = try dialog.asked("a")
        #expect(asked.key == nil)
        #expect(asked.isDryRun)
        #expect(dialog.last["a"]?.attributes.string("dry-run") == "1")
        #expect(dialog.reply("a", "verdict.a=REJECT a") == ["answer REJECT a"])
    }

    @Test func aDryRunLeavesTheSessionAlone() throws {
        var dialog = try PolicyDialog(
            rcpt: [.make("a"), .make("b")], end: [.make("e", usesRecipients: true), .scoreAction(at: 1, "REJECT")])
        _ = dialog.request("RCPT", dryRun: true)
        _ = dialog.reply("a", "verdict.a=HOLD a", "score.a=5")
        #expect(dialog.reply("b", "verdict.b=FILTER b:x") == ["answer FILTER b:x"])
        #expect(dialog.engine.sessionCount == 0)
        _ = dialog.rcpt()
        _ = dialog.reply("a", "verdict.a=HOLD a")
        #expect(dialog.reply("b", "verdict.b=FILTER b:x") == ["answer FILTER b:x"])
        #expect(dialog.request("DATA", dryRun: true) == ["answer HOLD a"])
        #expect(dialog.data() == ["answer HOLD a"])
    }

    @Test func aDryRunOfTheEndDoesNotEndTheSession() throws {
        var dialog = try PolicyDialog(rcpt: [.make("a")], data: [.make("d", usesRecipients: true)])
        _ = dialog.rcpt()
        #expect(dialog.reply("a", "verdict.a=none") == ["answer DUNNO"])
        #expect(dialog.request("END-OF-MESSAGE", dryRun: true) == ["answer DUNNO"])
        _ = dialog.wait(60_000)
        #expect(dialog.engine.sessionCount == 1)
    }

    // MARK: One check under two names

    private static let twice: [PolicyCheck] = [
        .make("a", of: "s", records: true, isKeyed: true) {
            $0.name = "a-shadow"
            $0.mode = .shadow
        },
        .make("b", of: "s", records: true), .make("a", of: "s", records: true, isKeyed: true),
    ]

    @Test(arguments: [
        ["verdict.a=REJECT a", "reason.a=why", "verdict.b=none"], ["verdict.b=none", "verdict.a=REJECT a"],
    ])
    func itIsAskedOnceAndBothHaveItsVerdict(_ reply: [String]) throws {
        var dialog = try PolicyDialog(rcpt: Self.twice)
        #expect(dialog.rcpt() == ["ask s: a b"])
        #expect(dialog.reply("s", lines: reply) == ["answer REJECT a"])
        #expect(dialog.decision?.check == "a")
        #expect(dialog.decision?.remarks == [.init(kind: .shadow, check: "a-shadow", text: "REJECT a")])
    }

    @Test func itMaySayNothing() throws {
        var dialog = try PolicyDialog(rcpt: Self.twice)
        _ = dialog.rcpt()
        #expect(dialog.reply("s", "verdict.a=none", "verdict.b=none") == ["answer DUNNO"])
        #expect(dialog.decision?.remarks == [])
    }

    @Test func itsFailureIsThatOfBoth() throws {
        var dialog = try PolicyDialog(rcpt: Self.twice)
        _ = dialog.rcpt()
        #expect(dialog.reply("s", "error.a=no luck", "verdict.b=REJECT b") == ["useless s", "answer REJECT b"])
        let failed = dialog.decision?.remarks.filter { $0.kind == .failed }.map(\.check)
        #expect(failed == ["a-shadow"])
    }

    /// Where only one of them applies, the other has no say.
    @Test func eachKeepsItsOwnStanding() throws {
        var dialog = try PolicyDialog(rcpt: [
            .make("a", of: "s") {
                $0.name = "a-login"
                $0.appliesTo = .authenticated
            },
            .make("b", of: "s"), .make("a", of: "s") { $0.appliesTo = .unauthenticated },
        ])
        #expect(dialog.rcpt() == ["ask s: b a"])
        #expect(dialog.reply("s", "verdict.b=none", "verdict.a=REJECT a") == ["answer REJECT a"])
        #expect(dialog.decision?.check == "a")
        #expect(dialog.rcpt([.saslUsername: "u@x.example", .instance: "i.2"]) == ["ask s: a b"])
        #expect(dialog.reply("s", "verdict.a=REJECT a", "verdict.b=none") == ["answer REJECT a"])
        #expect(dialog.decision?.check == "a-login")
    }

    // MARK: Keys

    @Test func aCountingCheckHasAKey() throws {
        var dialog = try PolicyDialog(rcpt: [
            .make("a", records: true, isKeyed: true), .make("b", records: true), .make("c"),
        ])
        #expect(dialog.rcpt() == ["ask a: a"])
        let key = RecordingKey(policy: "default", request: try dialog.asked("a").policy)
        #expect(key != nil)
        #expect(try dialog.asked("a").key == key)
        #expect(dialog.last["a"]?.ask.isRepeatable == true)
        #expect(dialog.reply("a", "verdict.a=none") == ["ask b: b", "ask c: c"])
        for name in ["b", "c"] {
            #expect(try dialog.asked(name).key == nil)
            #expect(dialog.last[name]?.ask.isRepeatable == true)
        }
    }

    @Test func withoutInstanceItIsNeverAskedAgain() throws {
        var dialog = try PolicyDialog(rcpt: [.make("a", records: true, isKeyed: true)])
        _ = dialog.rcpt([.instance: ""])
        #expect(try dialog.asked("a").key == nil)
        #expect(dialog.last["a"]?.ask.isRepeatable == false)
    }

    @Test func eachRecipientHasAKeyOfItsOwn() throws {
        var dialog = try PolicyDialog(rcpt: [.make("a", records: true, isKeyed: true)])
        var keys: Set<RecordingKey> = []
        for recipient in ["a@rcpt.example", "b@rcpt.example", "a@rcpt.example"] {
            _ = dialog.rcpt([.recipient: recipient])
            keys.insert(try #require(dialog.asked("a").key))
            _ = dialog.reply("a", "verdict.a=none")
        }
        #expect(keys.count == 2)
    }

    // MARK: Policies

    private static func twoPolicies() throws -> PolicyDialog {
        let policies = PolicySet(
            policies: [
                "default": [.rcpt: [.make("a")]], "submission": [.rcpt: [.make("b")]], "quiet": [:],
            ],
            trustedNetworks: try TrustedNetworks(), hostnames: [])
        return PolicyDialog(PolicyEngine(policies: policies))
    }

    @Test(arguments: [
        ("", "default", ["ask a: a"]), ("", "submission", ["ask b: b"]), ("submission", "default", ["ask b: b"]),
        ("no such policy", "default", ["ask a: a"]), ("quiet", "default", ["answer DUNNO"]),
        ("", "no such policy", ["answer DUNNO"]),
    ])
    func policyContextMayPickAnother(_ context: String, _ listener: String, _ lines: [String]) throws {
        var dialog = try Self.twoPolicies()
        #expect(dialog.request("RCPT", [.policyContext: context], policy: listener) == lines)
    }

    @Test func theDecisionNamesItsPolicy() throws {
        var dialog = try Self.twoPolicies()
        _ = dialog.request("RCPT", policy: "submission")
        _ = dialog.reply("b", "verdict.b=REJECT b")
        #expect(dialog.decision?.policy == "submission")
        _ = dialog.request("MAIL")
        #expect(dialog.decision?.policy == nil)
    }

    @Test(arguments: ["CONNECT", "MAIL", "DATA", "XCLIENT", ""])
    func aStateWithoutChecksIsAnsweredAtOnce(_ state: String) throws {
        var dialog = try PolicyDialog(rcpt: [.make("a")])
        #expect(dialog.request(state) == ["answer DUNNO"])
        #expect(dialog.engine.nextWake == nil)
    }

    // MARK: Verdicts kept for the message

    @Test func aCostlyVerdictIsKeptWithWhatItDependsOn() throws {
        var dialog = try PolicyDialog(rcpt: [.make("a", asksNetwork: true, dependsOn: [.sender, .clientAddress])])
        #expect(dialog.rcpt() == ["ask a: a"])
        _ = dialog.reply("a", "verdict.a=REJECT a", "reason.a=why")
        #expect(dialog.rcpt([.recipient: "second@rcpt.example"]) == ["answer REJECT a"])
        #expect(dialog.decision?.reason == "why")
        #expect(dialog.rcpt([.sender: "other@sender.example"]) == ["ask a: a"])
        #expect(dialog.rcpt([.clientAddress: "192.0.2.2"]) == ["ask a: a"])
        #expect(dialog.rcpt([.instance: "i.2"]) == ["ask a: a"])
    }

    @Test func aFailureIsNotKept() throws {
        var dialog = try PolicyDialog(rcpt: [.make("a", asksNetwork: true, dependsOn: [.sender])])
        _ = dialog.rcpt()
        _ = dialog.fail("a", .expired)
        _ = dialog.rcpt()
        _ = dialog.reply("a", "error.a=no DNS")
        #expect(dialog.rcpt() == ["ask a: a"])
    }

    @Test func aRecordingVerdictIsNeverKept() throws {
        var dialog = try PolicyDialog(rcpt: [.make("a", records: true, dependsOn: [.sender])])
        _ = dialog.rcpt()
        _ = dialog.reply("a", "verdict.a=none")
        #expect(dialog.rcpt() == ["ask a: a"])
    }

    @Test func onlyWhatIsNotKnownIsAsked() throws {
        var dialog = try PolicyDialog(rcpt: [
            .make("a", of: "x", asksNetwork: true, dependsOn: [.sender]),
            .make("b", of: "x", asksNetwork: true, dependsOn: [.recipient]),
        ])
        #expect(dialog.rcpt() == ["ask x: a b"])
        _ = dialog.reply("x", "verdict.a=none", "verdict.b=none")
        #expect(dialog.rcpt([.recipient: "second@rcpt.example"]) == ["ask x: b"])
    }

    // MARK: Recipients

    private static func recipients(of dialog: PolicyDialog) throws -> String {
        let known = try #require(try dialog.asked("e").recipients)
        return (known.isComplete ? "complete" : "partial") + " " + known.addresses.joined(separator: " ")
    }

    private static func withRecipients() throws -> PolicyDialog {
        try PolicyDialog(rcpt: [.make("a")], end: [.make("e", usesRecipients: true)])
    }

    @Test(arguments: [
        ("2", "complete one@x.example two@x.example"), ("3", "partial one@x.example two@x.example"),
        ("1", "partial one@x.example two@x.example"), ("", "partial one@x.example two@x.example"),
    ])
    func acceptedRecipientsAreAttached(_ count: String, _ expected: String) throws {
        var dialog = try Self.withRecipients()
        for (recipient, verdict) in [
            ("one", "none"), ("bad", "REJECT a"), ("two", "HOLD a"), ("slow", "DEFER_IF_PERMIT"),
        ] {
            _ = dialog.rcpt([.recipient: "\(recipient)@x.example"])
            _ = dialog.reply("a", "verdict.a=\(verdict)")
        }
        #expect(dialog.end([.recipient: "", .recipientCount: count]) == ["ask e: e"])
        #expect(try Self.recipients(of: dialog) == expected)
    }

    @Test func aSingleRecipientIsKnownWithoutASession() throws {
        var dialog = try Self.withRecipients()
        _ = dialog.end([.recipient: "only@x.example", .recipientCount: "1"])
        #expect(try Self.recipients(of: dialog) == "complete only@x.example")
        var other = try Self.withRecipients()
        _ = other.end([.recipient: "", .recipientCount: "0"])
        #expect(try Self.recipients(of: other) == "partial ")
    }

    @Test func theyAreKeptOnlyWhereTheyAreUsed() throws {
        var dialog = try PolicyDialog(rcpt: [.make("a")], end: [.make("e")])
        _ = dialog.rcpt()
        _ = dialog.reply("a", "verdict.a=none")
        #expect(dialog.engine.sessionCount == 0)
        _ = dialog.end()
        #expect(try dialog.asked("e").recipients == nil)
    }

    @Test func theyAreKeptWithoutAnyCheckAtRCPT() throws {
        var dialog = try PolicyDialog(end: [.make("e", usesRecipients: true)])
        #expect(dialog.rcpt([.recipient: "one@x.example"]) == ["answer DUNNO"])
        _ = dialog.end([.recipient: "", .recipientCount: "1"])
        #expect(try Self.recipients(of: dialog) == "complete one@x.example")
    }

    // MARK: Sessions

    @Test func aSessionIsForgottenAMinuteAfterTheEnd() throws {
        var dialog = try Self.withRecipients()
        _ = dialog.rcpt()
        _ = dialog.reply("a", "verdict.a=none")
        _ = dialog.end()
        _ = dialog.reply("e", "verdict.e=none")
        _ = dialog.wait(59_999)
        #expect(dialog.engine.sessionCount == 1)
        _ = dialog.wait(1)
        #expect(dialog.engine.sessionCount == 0)
    }

    @Test func aSessionIsForgottenAnHourAfterTheLastRequest() throws {
        var dialog = try Self.withRecipients()
        for _ in 0..<2 {
            _ = dialog.rcpt()
            _ = dialog.reply("a", "verdict.a=none")
            _ = dialog.wait(3_599_999)
            #expect(dialog.engine.sessionCount == 1)
        }
        _ = dialog.wait(1)
        #expect(dialog.engine.sessionCount == 0)
    }

    @Test func nothingToRememberMeansNoSession() throws {
        var dialog = try PolicyDialog(rcpt: [.make("a")])
        _ = dialog.rcpt()
        _ = dialog.reply("a", "verdict.a=REJECT a")
        #expect(dialog.engine.sessionCount == 0)
    }

    @Test func aTracedDecisionHasItsSteps() throws {
        var dialog = try PolicyDialog(rcpt: [.make("a", wants: ["local:recipient"])])
        _ = dialog.request("RCPT", traced: true)
        _ = dialog.wait(5)
        _ = dialog.reply("directory", "fact.local:rcpt.example=yes")
        _ = dialog.wait(2)
        _ = dialog.reply("a", "verdict.a=REJECT a", "reason.a=why")
        let steps = try #require(dialog.decision?.steps).map { "\($0.microseconds) \($0.name) \($0.text)" }
        #expect(steps == ["0 directory asked for local:rcpt.example", "5000 a asked a", "7000 a REJECT a (why)"])
        #expect(dialog.decision?.microseconds == 7_000)
    }

    @Test func thousandsUnderWayAreAnsweredEachWithItsTag() throws {
        var dialog = try PolicyDialog(rcpt: [.make("a")])
        for tag in 0..<2_000 { _ = dialog.request("RCPT", tag: UInt64(tag)) }
        while let question = dialog.open.popLast() {
            dialog.open.insert(question, at: 0)
            #expect(dialog.reply("a", "verdict.a=none") == ["answer DUNNO"])
        }
        #expect(dialog.tags.sorted() == (0..<2_000).map(UInt64.init))
        #expect(dialog.engine.inFlight == 0)
        #expect(dialog.engine.nextWake == nil)
    }
}
