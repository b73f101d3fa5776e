import PostfixProtocol
import Testing

@testable import Frontend

/// Actions that Postfix could not be told yet wait for the next request of the message.
@Suite struct WaitingActionsTests {
    private static func dialog(data: [PolicyCheck] = [], end: [PolicyCheck] = []) throws -> PolicyDialog {
        try PolicyDialog(rcpt: [.make("a"), .make("b")], data: data, end: end)
    }

    private static func unsent(_ texts: String...) -> [PolicyDecision.Remark] {
        texts.map { .init(kind: .unsent, check: "b", text: $0) }
    }

    @Test(arguments: [
        "HOLD b", "REDIRECT b@example.com", "FILTER b:x", "PREPEND B: b", "BCC b@example.com",
    ])
    func whatWasNotSentWaitsForTheNextRequest(_ action: String) throws {
        var dialog = try Self.dialog()
        _ = dialog.rcpt()
        _ = dialog.reply("a", "verdict.a=DISCARD a")
        #expect(dialog.reply("b", "verdict.b=\(action)") == ["answer DISCARD a"])
        #expect(dialog.engine.sessionCount == 1)
        #expect(dialog.rcpt([.recipient: "second@rcpt.example"]) == ["ask a: a", "ask b: b"])
        _ = dialog.reply("a", "verdict.a=none")
        #expect(dialog.reply("b", "verdict.b=none") == ["answer \(action)"])
        #expect(dialog.engine.sessionCount == 0)
    }

    @Test func aStateWithoutAPolicyDeliversItToo() throws {
        var dialog = try Self.dialog()
        _ = dialog.rcpt()
        _ = dialog.reply("a", "verdict.a=HOLD a")
        #expect(dialog.reply("b", "verdict.b=FILTER b:x") == ["answer FILTER b:x"])
        #expect(dialog.data() == ["answer HOLD a"])
        #expect(dialog.decision?.check == "a")
        #expect(dialog.end() == ["answer DUNNO"])
    }

    @Test func anotherMessageIsNotTouched() throws {
        var dialog = try Self.dialog()
        _ = dialog.rcpt()
        _ = dialog.reply("a", "verdict.a=HOLD a")
        _ = dialog.reply("b", "verdict.b=FILTER b:x")
        #expect(dialog.data([.instance: "i.2"]) == ["answer DUNNO"])
        #expect(dialog.data([.instance: ""]) == ["answer DUNNO"])
        #expect(dialog.data() == ["answer HOLD a"])
    }

    @Test func aRefusedRecipientLeavesNothingBehind() throws {
        var dialog = try Self.dialog()
        _ = dialog.rcpt()
        _ = dialog.reply("a", "verdict.a=HOLD a")
        #expect(dialog.reply("b", "verdict.b=REJECT b") == ["answer REJECT b"])
        #expect(dialog.engine.sessionCount == 0)
        #expect(dialog.data() == ["answer DUNNO"])
    }

    @Test func aRefusedRecipientTakesNothingOfTheOthersAway() throws {
        var dialog = try Self.dialog()
        _ = dialog.rcpt()
        _ = dialog.reply("a", "verdict.a=HOLD a")
        _ = dialog.reply("b", "verdict.b=FILTER b:x")
        _ = dialog.rcpt([.recipient: "second@rcpt.example"])
        _ = dialog.reply("b", "verdict.b=none")
        #expect(dialog.reply("a", "verdict.a=REJECT a") == ["answer REJECT a"])
        #expect(dialog.data() == ["answer HOLD a"])
    }

    @Test func aHeaderLeftAtDataIsRemarked() throws {
        var dialog = try Self.dialog(data: [.make("d")])
        _ = dialog.rcpt()
        _ = dialog.reply("a", "verdict.a=FILTER a:x")
        _ = dialog.reply("b", "verdict.b=PREPEND B: b")
        _ = dialog.data()
        #expect(dialog.reply("d", "verdict.d=HOLD d") == ["answer HOLD d"])
        #expect(dialog.decision?.remarks == Self.unsent("PREPEND B: b"))
        #expect(dialog.engine.sessionCount == 0)
    }

    @Test func whatIsLeftAtTheEndIsRemarked() throws {
        var dialog = try Self.dialog(end: [.make("e")])
        _ = dialog.rcpt()
        _ = dialog.reply("a", "verdict.a=DISCARD a")
        _ = dialog.reply("b", "verdict.b=BCC b@example.com")
        _ = dialog.end()
        #expect(dialog.reply("e", "verdict.e=HOLD e") == ["answer HOLD e"])
        #expect(dialog.decision?.remarks == Self.unsent("BCC b@example.com"))
        #expect(dialog.engine.sessionCount == 0)
    }

    @Test func warningsDoNotWait() throws {
        var dialog = try Self.dialog()
        _ = dialog.rcpt()
        _ = dialog.reply("a", "verdict.a=HOLD a")
        #expect(dialog.reply("b", "verdict.b=WARN b") == ["answer HOLD a"])
        #expect(dialog.engine.sessionCount == 0)
    }
}
