import NIOCore
import ServiceProtocol
import ServiceTransport
import Testing

@testable import Frontend

@Suite struct LocalDomainsFetchTests {
    private static let firstPage = "ask directory: request=fact names=local-domains:."

    private static func begun() -> UpkeepDialog {
        var dialog = UpkeepDialog()
        dialog.offerLocalDomains()
        _ = dialog.waitUntilDue()
        return dialog
    }

    @Test func pageByPage() throws {
        var dialog = UpkeepDialog()
        dialog.offerLocalDomains()
        #expect(dialog.waitUntilDue() == [Self.firstPage])
        #expect(
            dialog.reply("fact.local-domains:.=alias:a.example local:b-c.example more") == [
                "ask directory: request=fact names=local-domains:b-c.example"
            ])
        #expect(
            dialog.reply("fact.local-domains:b-c.example=backup-mx:b.example local:xn--bcher-kva.example") == [
                "learned a.example b-c.example b.example xn--bcher-kva.example", "done local-domains",
            ])
        #expect(
            dialog.learned?.kinds == [
                "a.example": .alias, "b-c.example": .local, "b.example": .backupMX, "xn--bcher-kva.example": .local,
            ])
        let pause = try #require(dialog.pause)
        #expect((54_000...66_000).contains(pause))
        // The next run begins anew.
        #expect(dialog.waitUntilDue() == [Self.firstPage])
        #expect(dialog.reply("fact.local-domains:.=") == ["learned ", "done local-domains"])
        #expect(dialog.learned == LastKnownDomains())
    }

    @Test(arguments: [
        "more", "local:b.example local:a.example", "local:a.example local:a.example", "local:a.example more more",
        "a.example", "remote:a.example", "local:", "local:A.example", "local:a..", "local:bücher.example",
        "local:\(String(repeating: "a", count: 254))",
    ]) func nonsenseIsNoList(_ page: String) {
        var dialog = Self.begun()
        #expect(
            dialog.reply("fact.local-domains:.=\(page)") == [
                "failed local-domains: the directory's list of domains is no list"
            ])
        #expect(dialog.learned == nil)
    }

    /// A page that does not go on would be fetched for ever.
    @Test(arguments: ["local:b.example more", "local:a.example more", "more"]) func thePagesGoOn(_ page: String) {
        var dialog = Self.begun()
        _ = dialog.reply("fact.local-domains:.=local:b.example more")
        #expect(
            dialog.reply("fact.local-domains:b.example=\(page)") == [
                "failed local-domains: the directory's list of domains is no list"
            ])
    }

    @Test(arguments: AskFailure.allCases) func aDirectoryThatIsAwayIsAskedAgain(_ failure: AskFailure) throws {
        var dialog = Self.begun()
        #expect(dialog.fail(failure) == ["failed local-domains: the directory does not tell its domains"])
        #expect((9_000...11_000).contains(try #require(dialog.pause)))
        #expect(dialog.waitUntilDue() == [Self.firstPage])
        #expect(dialog.reply("fact.local-domains:.=unknown").first?.hasPrefix("failed again") == true)
        _ = dialog.waitUntilDue()
        #expect(
            dialog.reply("fact.local-domains:.=local:a.example") == ["learned a.example", "recovered local-domains"])
    }

    /// The list is bounded, and half a list is none.
    @Test func tooManyDomains() {
        var dialog = Self.begun()
        var number = 1_000_000
        for _ in 0..<250 {
            let words = (0..<1_000).map { _ in
                number += 1
                return "local:d\(number).example"
            }
            let cursor =
                String(buffer: dialog.open[0].ask.payload).split(separator: "\n")
                .first { $0.hasPrefix("names=") }?.dropFirst("names=".count) ?? ""
            let lines = dialog.reply("fact.\(cursor)=\(words.joined(separator: " ")) more")
            if lines == ["failed local-domains: the directory's list of domains is no list"] { break }
        }
        #expect(number > 1_000_000 + LastKnownDomains.maximumDomains)
        #expect(number <= 1_000_000 + LastKnownDomains.maximumDomains + 1_000)
        #expect(dialog.learned == nil)
    }
}
