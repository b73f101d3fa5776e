import PostfixProtocol
import ServiceProtocol
import ServiceTransport
import Testing

@testable import Frontend

@Suite struct NeededFactTests {
    static let spf = "need=spf-listed:sender.example"

    @Test func aNeededFactIsGotAndTheServiceAskedAgain() throws {
        var dialog = try PolicyDialog(rcpt: [.make("g", records: true, isKeyed: true)])
        #expect(dialog.rcpt() == ["ask g: g"])
        let first = try dialog.asked("g")
        #expect(dialog.reply("g", Self.spf) == ["ask reputation: fact spf-listed:sender.example"])
        #expect(dialog.last["reputation"]?.attributes.string("client_address") == "192.0.2.1")
        #expect(dialog.reply("reputation", "fact.spf-listed:sender.example=yes") == ["ask g: g"])
        let second = try dialog.asked("g")
        #expect(second.fact("spf-listed", about: "s@sender.example") == "yes")
        #expect(second.key == first.key)
        #expect(second.deadline == first.deadline)
        #expect(dialog.reply("g", "verdict.g=REJECT g") == ["answer REJECT g"])
    }

    @Test func aQuarterOfTheTimeIsLeftForAskingAgain() throws {
        var dialog = try PolicyDialog(rcpt: [.make("g")])
        _ = dialog.rcpt()
        _ = dialog.wait(400)
        _ = dialog.reply("g", Self.spf)
        #expect(dialog.last["reputation"]?.ask.expires == dialog.now.advanced(byMilliseconds: 1_200))
    }

    @Test func severalFactsOfSeveralProviders() throws {
        var dialog = try PolicyDialog(rcpt: [.make("g")])
        _ = dialog.rcpt()
        let lines = dialog.reply("g", "need=spf-listed:a.example local:b.example spf-listed:c.example")
        #expect(
            lines == [
                "ask reputation: fact spf-listed:a.example spf-listed:c.example", "ask directory: fact local:b.example",
            ])
        #expect(dialog.fail("reputation", .expired) == [])
        #expect(dialog.reply("directory", "fact.local:b.example=yes") == ["ask g: g"])
        #expect(
            try dialog.facts("g")
                == ["spf-listed:a.example": "unknown", "spf-listed:c.example": "unknown", "local:b.example": "yes"])
    }

    @Test func twoRoundsAndNoMore() throws {
        var dialog = try PolicyDialog(rcpt: [.make("g") { $0.failureRules = FailureRules(.defer) }])
        _ = dialog.rcpt()
        _ = dialog.reply("g", "need=spf-listed:a.example")
        _ = dialog.reply("reputation", "fact.spf-listed:a.example=no")
        _ = dialog.reply("g", "need=spf-listed:b.example")
        #expect(dialog.reply("reputation", "fact.spf-listed:b.example=no") == ["ask g: g"])
        #expect(dialog.reply("g", "need=spf-listed:c.example") == ["useless g", FailureRuleTests.deferral])
        #expect(dialog.decision?.remarks.map(\.text) == ["needs facts a third time"])
    }

    @Test(arguments: [
        ("fact.spf-listed:sender.example=yes", ["ask g: g"]), ("fact.x:y=z", ["useless reputation", "ask g: g"]),
    ])
    func askingAgainForAGivenFactFails(_ answer: String, _ lines: [String]) throws {
        var dialog = try PolicyDialog(rcpt: [.make("g")])
        _ = dialog.rcpt()
        _ = dialog.reply("g", Self.spf)
        #expect(dialog.reply("reputation", answer) == lines)
        #expect(dialog.reply("g", Self.spf) == ["useless g", "answer DUNNO"])
        #expect(dialog.decision?.remarks.map(\.text) == ["asked again for a fact it was given"])
    }

    @Test func askingForAFactThatWasAttachedFailsToo() throws {
        var dialog = try PolicyDialog(rcpt: [.make("g", wants: ["local:recipient"])])
        _ = dialog.rcpt()
        _ = dialog.fail("directory", .expired)
        #expect(dialog.reply("g", "need=local:rcpt.example") == ["useless g", "answer DUNNO"])
    }

    @Test(arguments: [
        "spf-listed:ex_ample..com", "spf-listed:[192.0.2.1]", "spf-listed:EXAMPLE.com", "other:a.example",
    ])
    func whatNobodyCanTellIsUnknownWithoutAsking(_ name: String) throws {
        var dialog = try PolicyDialog(rcpt: [.make("g")])
        _ = dialog.rcpt()
        #expect(dialog.reply("g", "need=\(name)") == ["ask g: g"])
        #expect(try dialog.facts("g") == [name: "unknown"])
    }

    @Test(arguments: ["need=", "need=nonsense", "need=a:b c", "need=:x"])
    func aMalformedNeedIsAFailure(_ line: String) throws {
        var dialog = try PolicyDialog(rcpt: [.make("g")])
        _ = dialog.rcpt()
        #expect(dialog.reply("g", line) == ["useless g", "answer DUNNO"])
        #expect(dialog.decision?.remarks.map(\.text) == ["need is malformed"])
    }

    @Test func fiftyRecipientsCostOneEvaluation() throws {
        var dialog = try PolicyDialog(rcpt: [.make("g")])
        var evaluations = 0
        for number in 0..<50 {
            #expect(dialog.rcpt([.recipient: "r\(number)@rcpt.example"]) == ["ask g: g"])
            var lines = dialog.reply("g", Self.spf)
            if lines == ["ask reputation: fact spf-listed:sender.example"] {
                evaluations += 1
                lines = dialog.reply("reputation", "fact.spf-listed:sender.example=yes")
            }
            #expect(lines == ["ask g: g"])
            #expect(try dialog.facts("g") == ["spf-listed:sender.example": "yes"])
            #expect(dialog.reply("g", "verdict.g=none") == ["answer DUNNO"])
        }
        #expect(evaluations == 1)
    }

    @Test func aCostlyFactIsThatOfItsMessageOnly() throws {
        var dialog = try PolicyDialog(rcpt: [.make("g")])
        for instance in ["i.1", "i.2"] {
            _ = dialog.rcpt([.instance: instance])
            #expect(dialog.reply("g", Self.spf) == ["ask reputation: fact spf-listed:sender.example"])
            _ = dialog.reply("reputation", "fact.spf-listed:sender.example=yes")
            _ = dialog.reply("g", "verdict.g=none")
        }
    }

    private static let answer = "fact.spf-listed:sender.example=yes"

    /// A dialog in which a first message has made a costly fact known, and the moment after.
    private static func dialog(_ answer: String...) throws -> PolicyDialog {
        var dialog = try PolicyDialog(rcpt: [.make("g", mayNeed: ["spf-listed:sender"])])
        #expect(dialog.rcpt() == ["ask g: g"])
        #expect(try dialog.facts("g").isEmpty)
        #expect(dialog.reply("g", spf) == ["ask reputation: fact spf-listed:sender.example"])
        #expect(dialog.reply("reputation", lines: answer) == ["ask g: g"])
        #expect(dialog.reply("g", "verdict.g=none") == ["answer DUNNO"])
        return dialog
    }

    /// As long as its provider said, a costly fact goes along with the first question about other mail of the client.
    @Test(arguments: [
        ("lifetime=5000", 4_999, "192.0.2.1", "yes"), ("lifetime=5000", 5_000, "192.0.2.1", nil),
        ("lifetime=5000", 0, "192.0.2.2", nil), ("lifetime=5000", 0, "", nil),
        // A minute is the longest, and without a word nothing is believed.
        ("lifetime=86400000", 59_999, "192.0.2.1", "yes"), ("lifetime=86400000", 60_000, "192.0.2.1", nil),
        ("lifetime=0", 0, "192.0.2.1", nil), ("lifetime=x", 0, "192.0.2.1", nil), ("revision=1", 0, "192.0.2.1", nil),
    ])
    func whatIsKnownGoesAlong(_ told: String, _ pause: Int, _ client: String, _ expected: String?) throws {
        var dialog = try Self.dialog(Self.answer, told)
        _ = dialog.wait(pause)
        #expect(dialog.rcpt([.instance: "i.2", .clientAddress: client]) == ["ask g: g"])
        #expect(try dialog.facts("g")["spf-listed:sender.example"] == expected)
        #expect(dialog.rcpt([.instance: "i.3", .sender: "s@other.example"]) == ["ask g: g"])
        #expect(try dialog.facts("g").isEmpty)
    }

    @Test func whatCouldNotBeHadIsNotKeptForOtherMessages() throws {
        var dialog = try Self.dialog("fact.spf-listed:sender.example=unknown", "lifetime=5000")
        _ = dialog.rcpt([.instance: "i.2"])
        #expect(try dialog.facts("g").isEmpty)
        // For the next recipient of its own message it is.
        _ = dialog.rcpt([.recipient: "r2@rcpt.example"])
        #expect(try dialog.facts("g") == ["spf-listed:sender.example": "unknown"])
    }

    /// It may depend on the client, for all the frontend knows, so a cheap fact is not believed for long.
    @Test func ofOtherFactsItIsNotRead() throws {
        var dialog = try PolicyDialog(rcpt: [.make("g", wants: ["local:recipient"])])
        let asked = ["ask directory: fact local:rcpt.example"]
        #expect(dialog.rcpt() == asked)
        #expect(dialog.reply("directory", "fact.local:rcpt.example=yes", "lifetime=60000") == ["ask g: g"])
        #expect(dialog.reply("g", "verdict.g=none") == ["answer DUNNO"])
        _ = dialog.wait(900)
        #expect(dialog.rcpt([.instance: "i.2"]) == asked)
    }

    @Test func aCheckThatNeverNeedsItIsNotTold() throws {
        var dialog = try PolicyDialog(rcpt: [.make("a"), .make("g", mayNeed: ["spf-listed:sender"])])
        _ = dialog.rcpt()
        _ = dialog.reply("g", Self.spf)
        _ = dialog.reply("reputation", Self.answer, "lifetime=5000")
        _ = dialog.reply("a", "verdict.a=none")
        #expect(dialog.reply("g", "verdict.g=none") == ["answer DUNNO"])
        #expect(dialog.rcpt([.instance: "i.2"]) == ["ask a: a", "ask g: g"])
        #expect(try dialog.facts("a").isEmpty)
        #expect(try dialog.facts("g") == ["spf-listed:sender.example": "yes"])
    }

    @Test func aDecisionCancelsTheFactsOnTheirWay() throws {
        var dialog = try PolicyDialog(rcpt: [.make("a"), .make("g")])
        _ = dialog.rcpt()
        _ = dialog.reply("g", Self.spf)
        #expect(dialog.reply("a", "verdict.a=REJECT a") == ["cancel reputation", "answer REJECT a"])
    }
}
