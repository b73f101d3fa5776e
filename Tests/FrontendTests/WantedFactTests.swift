import PostfixProtocol
import ServiceProtocol
import ServiceTransport
import Testing

@testable import Frontend

@Suite struct WantedFactTests {
    @Test func factsAreAskedBeforehandAndAttached() throws {
        var dialog = try PolicyDialog(rcpt: [.make("a"), .make("g", records: true, wants: ["alias-target:recipient"])])
        #expect(dialog.rcpt() == ["ask directory: fact alias-target:rcpt.example", "ask a: a"])
        #expect(dialog.reply("a", "verdict.a=none") == [])
        #expect(dialog.reply("directory", "fact.alias-target:rcpt.example=real.example") == ["ask g: g"])
        #expect(try dialog.facts("g") == ["alias-target:rcpt.example": "real.example"])
    }

    @Test func checksThatWantNothingDoNotWait() throws {
        var dialog = try PolicyDialog(rcpt: [.make("a", wants: ["local:sender"]), .make("b")])
        #expect(dialog.rcpt() == ["ask directory: fact local:sender.example", "ask b: b"])
        #expect(dialog.reply("directory", "fact.local:sender.example=no") == ["ask a: a"])
        #expect(try dialog.facts("b").isEmpty)
    }

    @Test(arguments: AskFailure.allCases) func aProviderThatFailsLeavesThemUnknown(_ failure: AskFailure) throws {
        var dialog = try PolicyDialog(rcpt: [.make("a", wants: ["local:recipient"])])
        _ = dialog.rcpt()
        #expect(dialog.fail("directory", failure) == ["ask a: a"])
        #expect(try dialog.facts("a") == ["local:rcpt.example": "unknown"])
    }

    /// The check is told what the list says. Whether OK may be answered goes by the directory's own word: the list may
    /// name a domain that has moved away, and OK skips Postfix's later restrictions.
    @Test func theLastKnownListAnswersForLocality() throws {
        let list = "postern local-domains 1\nlocal rcpt.example\nend 1\n"
        var dialog = try PolicyDialog(
            rcpt: [.make("a", wants: ["local:recipient", "local:sender"]) { $0.mayPermit = true }])
        dialog.engine.lastKnown = LastKnownLocality(domains: try LastKnownDomains(parsing: list))
        _ = dialog.rcpt()
        #expect(dialog.fail("directory", .expired) == ["ask a: a"])
        #expect(try dialog.facts("a") == ["local:rcpt.example": "yes", "local:sender.example": "no"])
        #expect(dialog.reply("a", "verdict.a=OK") == ["answer DUNNO"])
        // It is not remembered as if the directory had said so.
        #expect(dialog.rcpt() == ["ask directory: fact local:rcpt.example local:sender.example"])
    }

    @Test func aSlowProviderLeavesTimeForTheCheck() throws {
        var dialog = try PolicyDialog(rcpt: [.make("a", wants: ["local:recipient"]) { $0.limit = 600 }])
        _ = dialog.rcpt()
        #expect(dialog.last["directory"].map { $0.ask.expires } == dialog.now.advanced(byMilliseconds: 300))
        _ = dialog.wait(300)
        #expect(dialog.fail("directory", .expired) == ["ask a: a"])
    }

    @Test func aCheckWhoseTimeIsUpIsNotAsked() throws {
        var dialog = try PolicyDialog(rcpt: [.make("a", wants: ["local:recipient"]) { $0.limit = 600 }])
        _ = dialog.rcpt()
        _ = dialog.wait(600)
        #expect(dialog.fail("directory", .expired) == ["answer DUNNO"])
        #expect(dialog.decision?.remarks.map(\.text) == ["expired"])
    }

    @Test func whatTheProviderLeavesOutIsUnknown() throws {
        var dialog = try PolicyDialog(rcpt: [.make("a", wants: ["local:recipient", "local:sender"])])
        #expect(dialog.rcpt() == ["ask directory: fact local:rcpt.example local:sender.example"])
        #expect(
            dialog.reply("directory", "fact.local:sender.example=yes", "fact.local:other.example=yes") == ["ask a: a"])
        #expect(try dialog.facts("a") == ["local:rcpt.example": "unknown", "local:sender.example": "yes"])
    }

    @Test(arguments: [
        "fact.local:other.example=yes", "other=x", "fact.local:rcpt.example=yes\nfact.local:rcpt.example=no",
    ])
    func aReplyWithoutTheFactCountsAgainstItsProvider(_ reply: String) throws {
        var dialog = try PolicyDialog(rcpt: [.make("a", wants: ["local:recipient"])])
        _ = dialog.rcpt()
        #expect(dialog.reply("directory", reply) == ["useless directory", "ask a: a"])
        #expect(try dialog.facts("a") == ["local:rcpt.example": "unknown"])
    }

    @Test(arguments: [
        "", "postmaster", "r@[192.0.2.1]", "r@exa_mple..com", "r@a b.example",
        "r@" + String(repeating: "abcdefg.", count: 39) + "example",
    ])
    func aWrongDomainIsUnknownWithoutAsking(_ recipient: String) throws {
        var dialog = try PolicyDialog(rcpt: [.make("a", wants: ["local:recipient"])])
        #expect(dialog.rcpt([.recipient: recipient]) == ["ask a: a"])
    }

    @Test func theSenderIsTheLoginWhenThereIsOne() throws {
        var dialog = try PolicyDialog(rcpt: [.make("a", wants: ["local:sender"])])
        #expect(dialog.rcpt([.saslUsername: "u@login.example"]) == ["ask directory: fact local:login.example"])
    }

    @Test func aFactIsKeptForAMoment() throws {
        var dialog = try PolicyDialog(rcpt: [.make("a", wants: ["local:recipient"])])
        _ = dialog.rcpt()
        _ = dialog.reply("directory", "fact.local:rcpt.example=yes")
        _ = dialog.wait(899)
        #expect(dialog.rcpt([.instance: "i.2"]) == ["ask a: a"])
        #expect(try dialog.facts("a") == ["local:rcpt.example": "yes"])
        _ = dialog.wait(1)
        #expect(dialog.rcpt([.instance: "i.3"]) == ["ask directory: fact local:rcpt.example"])
    }

    @Test func aKindWithoutAProviderIsUnknown() throws {
        var dialog = try PolicyDialog(rcpt: [.make("a", wants: ["local:recipient"])], providers: [:])
        #expect(dialog.rcpt() == ["ask a: a"])
        #expect(try dialog.facts("a") == ["local:rcpt.example": "unknown"])
    }

    @Test func manyDomainsAreCut() throws {
        var dialog = try PolicyDialog(
            rcpt: [.make("a")], end: [.make("e", wants: ["local:recipient"], usesRecipients: true)])
        for number in 0..<100 {
            _ = dialog.rcpt([.recipient: "r@d\(number).example"])
            _ = dialog.reply("a", "verdict.a=none")
        }
        let lines = dialog.end([.recipient: "", .recipientCount: "100"])
        #expect(lines.count == 1)
        #expect(lines.first?.split(separator: " ").count == 3 + 64)
    }

    @Test func aQuestionForFactsMayBeRepeated() throws {
        var dialog = try PolicyDialog(rcpt: [.make("a", wants: ["local:recipient"])])
        _ = dialog.rcpt()
        #expect(dialog.last["directory"]?.ask.isRepeatable == true)
    }

    // MARK: Facts that checks add

    @Test func aFactThatACheckAddsGoesToThoseThatUseIt() throws {
        var dialog = try PolicyDialog(
            rcpt: [.make("a", provides: ["virus"]), .make("b", uses: ["virus", "local"]), .make("c")],
            end: [.make("e", uses: ["virus"])])
        #expect(dialog.rcpt() == ["ask a: a"])
        let lines = dialog.reply("a", "verdict.a=none", "fact.virus:x.example=yes", "fact.local:x.example=yes")
        #expect(lines == ["ask b: b", "ask c: c"])
        #expect(try dialog.facts("b") == ["virus:x.example": "yes"])
        #expect(try dialog.facts("c").isEmpty)
        _ = dialog.reply("b", "verdict.b=none")
        #expect(dialog.reply("c", "verdict.c=none") == ["answer DUNNO"])
        #expect(dialog.end() == ["ask e: e"])
        #expect(try dialog.facts("e") == ["virus:x.example": "yes"])
    }

    @Test func aFactThatNobodyDeclaredIsNotBelieved() throws {
        var dialog = try PolicyDialog(rcpt: [.make("a"), .make("b", records: true, wants: ["local:recipient"])])
        _ = dialog.rcpt()
        _ = dialog.reply("a", "verdict.a=none", "fact.local:rcpt.example=yes")
        _ = dialog.fail("directory", .expired)
        #expect(try dialog.facts("b") == ["local:rcpt.example": "unknown"])
        #expect(dialog.engine.sessionCount == 0)
    }
}
