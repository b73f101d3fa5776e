import PostfixProtocol
import ServiceProtocol
import ServiceTransport
import Testing

@testable import Frontend

/// What becomes of the verdicts: sections "Checks and verdicts" and "Stages" of docs/architecture.md.
@Suite struct PolicyEvaluationReadingTests {
    struct Reading: Sendable, CustomTestStringConvertible {
        /// What the checks `a`, `b`, ... answer.
        let verdicts: [String]
        let answer: String
        let decider: String?

        init(_ verdicts: [String], _ answer: String, by decider: String?) {
            self.verdicts = verdicts
            self.answer = answer
            self.decider = decider
        }

        var testDescription: String { verdicts.joined(separator: ", ") }
    }

    static let readings = [
        Reading(["none", "none"], "DUNNO", by: nil),
        Reading(["DUNNO"], "DUNNO", by: nil),
        Reading(["pass", "REJECT b"], "DUNNO", by: "a"),
        Reading(["none", "REJECT b"], "REJECT b", by: "b"),
        Reading(["REJECT a", "pass"], "REJECT a", by: "a"),
        Reading(["450 4.7.1 a", "REJECT b"], "450 4.7.1 a", by: "a"),
        Reading(["554 5.7.1 a", "REJECT b"], "554 5.7.1 a", by: "a"),
        Reading(["DEFER a", "REJECT b"], "DEFER a", by: "a"),
        Reading(["HOLD a", "REJECT b"], "REJECT b", by: "b"),
        Reading(["DEFER_IF_PERMIT a", "REJECT b"], "REJECT b", by: "b"),
        Reading(["DISCARD a", "451 4.7.1 b"], "451 4.7.1 b", by: "b"),
        Reading(["WARN a", "none"], "WARN a", by: "a"),
        Reading(["WARN a", "HOLD b"], "HOLD b", by: "b"),
        Reading(["HOLD a", "pass", "REJECT c"], "HOLD a", by: "a"),
        Reading(["HOLD a", "DEFER_IF_PERMIT b"], "DEFER_IF_PERMIT b", by: "b"),
        Reading(["INFO a", "INFO b"], "INFO a", by: "a"),
        Reading(["OK", "REJECT b"], "DUNNO", by: "a"),
    ]

    @Test(arguments: readings) func theVerdictsGiveTheReply(_ reading: Reading) throws {
        let names = zip(["a", "b", "c"], reading.verdicts)
        // One after the other, so that each is read before the next is asked.
        let checks = names.map { PolicyCheck.make($0.0, uses: ["score"]) }
        var dialog = try PolicyDialog(rcpt: checks)
        var lines = dialog.rcpt()
        for (name, verdict) in names where lines.last == "ask \(name): \(name)" {
            lines = dialog.reply(name, "verdict.\(name)=\(verdict)", "reason.\(name)=why \(name)")
        }
        #expect(lines == ["answer \(reading.answer)"])
        #expect(dialog.decision?.check == reading.decider)
        #expect(dialog.decision?.reason == reading.decider.map { "why \($0)" } ?? "")
    }

    /// The same verdicts, given in parallel and in the opposite order, give the same reply.
    @Test(arguments: readings) func theOrderOfTheRepliesDoesNotMatter(_ reading: Reading) throws {
        let names = Array(zip(["a", "b", "c"], reading.verdicts))
        var dialog = try PolicyDialog(rcpt: names.map { .make($0.0) })
        var lines = dialog.rcpt()
        for (name, verdict) in names.reversed() { lines = dialog.reply(name, "verdict.\(name)=\(verdict)") }
        #expect(lines == ["answer \(reading.answer)"])
        #expect(dialog.decision?.check == reading.decider)
    }

    @Test func theAnswerLeavesAsSoonAsNothingUndecidedStandsBefore() throws {
        var dialog = try PolicyDialog(rcpt: [.make("a"), .make("b"), .make("c"), .make("d")])
        #expect(dialog.rcpt() == ["ask a: a", "ask b: b", "ask c: c", "ask d: d"])
        #expect(dialog.reply("b", "verdict.b=REJECT b") == [])
        #expect(dialog.reply("d", "verdict.d=none") == [])
        #expect(dialog.reply("a", "verdict.a=none") == ["cancel c", "answer REJECT b"])
        #expect(dialog.engine.inFlight == 0)
    }

    @Test func nothingIsRecordedForRefusedMail() throws {
        var dialog = try PolicyDialog(rcpt: [.make("a"), .make("b", records: true)])
        #expect(dialog.rcpt() == ["ask a: a"])
        #expect(dialog.reply("a", "verdict.a=REJECT a") == ["answer REJECT a"])
        #expect(dialog.rcpt() == ["ask a: a"])
        #expect(dialog.reply("a", "verdict.a=none") == ["ask b: b"])
    }

    @Test func recordingNeighboursAreOneQuestion() throws {
        var dialog = try PolicyDialog(rcpt: [
            .make("a", of: "x", records: true), .make("b", of: "x", records: true), .make("c", records: true),
        ])
        #expect(dialog.rcpt() == ["ask x: a b"])
        #expect(dialog.reply("x", "verdict.a=none", "verdict.b=REJECT b") == ["answer REJECT b"])
    }

    @Test func onceADeferralIsCarriedNothingIsRecorded() throws {
        for deferral in ["DEFER_IF_PERMIT a", "DEFER_IF_REJECT a"] {
            var dialog = try PolicyDialog(rcpt: [.make("a"), .make("b", records: true), .make("c", asksNetwork: true)])
            #expect(dialog.rcpt() == ["ask a: a"])
            #expect(dialog.reply("a", "verdict.a=\(deferral)") == ["ask c: c"])
            #expect(dialog.reply("c", "verdict.c=none") == ["answer \(deferral)"])
        }
        var dialog = try PolicyDialog(rcpt: [.make("a"), .make("b", records: true)])
        _ = dialog.rcpt()
        #expect(dialog.reply("a", "verdict.a=HOLD") == ["ask b: b"])
    }

    @Test func aFailureRulesDeferralKeepsFromRecordingToo() throws {
        var dialog = try PolicyDialog(rcpt: [
            .make("a") { $0.failureRules = FailureRules(.defer) }, .make("b", records: true),
        ])
        _ = dialog.rcpt()
        #expect(dialog.fail("a", .expired) == ["answer DEFER_IF_PERMIT 4.3.5 Service temporarily unavailable"])
    }

    // MARK: OK

    struct Permission: Sendable {
        let mayPermit: Bool
        let local: String
        let answer: String
    }

    @Test(arguments: [
        Permission(mayPermit: true, local: "yes", answer: "OK"),
        Permission(mayPermit: true, local: "no", answer: "DUNNO"),
        Permission(mayPermit: true, local: "unknown", answer: "DUNNO"),
        Permission(mayPermit: false, local: "yes", answer: "DUNNO"),
    ])
    func okNeedsPermissionAndALocalRecipient(_ permission: Permission) throws {
        var dialog = try PolicyDialog(rcpt: [.make("a") { $0.mayPermit = permission.mayPermit }, .make("b")])
        let lines = dialog.rcpt()
        #expect(lines.contains("ask directory: fact local:rcpt.example") == permission.mayPermit)
        if permission.mayPermit { _ = dialog.reply("directory", "fact.local:rcpt.example=\(permission.local)") }
        #expect(dialog.reply("a", "verdict.a=OK") == ["cancel b", "answer \(permission.answer)"])
        #expect(dialog.decision?.check == "a")
    }

    @Test func theFrontendsOwnOKWaitsForTheLocality() throws {
        var dialog = try PolicyDialog(rcpt: [.scoreAction(at: 0, "OK") { $0.mayPermit = true }])
        #expect(dialog.rcpt() == ["ask directory: fact local:rcpt.example"])
        #expect(dialog.reply("directory", "fact.local:rcpt.example=yes") == ["answer OK"])
        _ = dialog.wait(2_000)
        #expect(dialog.rcpt() == ["ask directory: fact local:rcpt.example"])
        #expect(dialog.wait(10_000) == ["cancel directory", "answer DUNNO"])
    }

    // MARK: Shadow

    @Test func aShadowedVerdictIsLoggedAndNotApplied() throws {
        for verdict in ["REJECT a", "pass", "DEFER_IF_PERMIT a", "OK"] {
            var dialog = try PolicyDialog(rcpt: [.make("a") { $0.mode = .shadow }, .make("b", records: true)])
            #expect(dialog.rcpt() == ["ask a: a"])
            #expect(dialog.reply("a", "verdict.a=\(verdict)", "score.a=5") == ["ask b: b"])
            #expect(dialog.reply("b", "verdict.b=none") == ["answer DUNNO"])
            #expect(dialog.decision?.remarks == [.init(kind: .shadow, check: "a", text: verdict)])
            #expect(dialog.engine.sessionCount == 0)
        }
    }

    @Test func aRecordingCheckInShadowRecords() throws {
        var dialog = try PolicyDialog(rcpt: [.make("a", records: true, isKeyed: true) { $0.mode = .shadow }])
        #expect(dialog.rcpt() == ["ask a: a"])
        let asked = try dialog.asked("a")
        #expect(asked.key != nil)
        #expect(!asked.isDryRun)
        #expect(dialog.reply("a", "verdict.a=REJECT a") == ["answer DUNNO"])
    }

    @Test func aFailingShadowCheckAppliesNoRule() throws {
        var dialog = try PolicyDialog(rcpt: [
            .make("a") {
                $0.mode = .shadow
                $0.failureRules = FailureRules(.defer)
            }
        ])
        _ = dialog.rcpt()
        #expect(dialog.fail("a", .expired) == ["answer DUNNO"])
        #expect(dialog.decision?.remarks == [.init(kind: .failed, check: "a", text: "expired")])
    }

    @Test func aShadowThatHasNothingToSayIsNotRemarked() throws {
        var dialog = try PolicyDialog(rcpt: [.make("a") { $0.mode = .shadow }])
        _ = dialog.rcpt()
        #expect(dialog.reply("a", "verdict.a=none") == ["answer DUNNO"])
        #expect(dialog.decision?.remarks.isEmpty == true)
    }

    // MARK: Score

    @Test func theScoreSetsAnActionOff() throws {
        var dialog = try PolicyDialog(rcpt: [.make("a"), .make("b"), .scoreAction(at: 8, "REJECT spam")])
        _ = dialog.rcpt()
        _ = dialog.reply("a", "verdict.a=none", "score.a=5")
        #expect(dialog.reply("b", "verdict.b=none", "score.b=3") == ["answer REJECT spam"])
        #expect(dialog.decision?.check == "score-action")
    }

    @Test func aCheckScoresOncePerMessage() throws {
        var dialog = try PolicyDialog(rcpt: [.make("a"), .scoreAction(at: 8, "REJECT spam")])
        for _ in 0..<3 {
            _ = dialog.rcpt()
            #expect(dialog.reply("a", "verdict.a=none", "score.a=5") == ["answer DUNNO"])
        }
        _ = dialog.rcpt([.instance: "i.2"])
        #expect(dialog.reply("a", "verdict.a=none", "score.a=8") == ["answer REJECT spam"])
    }

    @Test func theScoreGoesOnToTheEndOfTheMessage() throws {
        var dialog = try PolicyDialog(rcpt: [.make("a")], end: [.make("b"), .scoreAction(at: 6, "REJECT spam")])
        _ = dialog.rcpt()
        #expect(dialog.reply("a", "verdict.a=none", "score.a=4.5") == ["answer DUNNO"])
        #expect(dialog.end() == ["ask b: b"])
        #expect(dialog.reply("b", "verdict.b=none", "score.b=1.5") == ["answer REJECT spam"])
    }

    @Test func anActionOfDUNNOIsNoEnd() throws {
        var dialog = try PolicyDialog(rcpt: [
            .scoreAction(at: 0, "DUNNO"), .scoreAction(at: 0, "HOLD") { $0.name = "h" },
        ])
        #expect(dialog.rcpt() == ["answer HOLD"])
    }
}
