import MailTypes
import Testing

@testable import Greylist

@Suite struct GreylistSettingTests {
    /// A row as the tool writes it, with the priorities of its kinds.
    static func row(
        _ id: Int64, _ account: String, _ sender: String, active: Bool = true, priority: Int? = nil,
        senderPriority: Int? = nil
    ) -> GreylistSetting {
        GreylistSetting(
            id: id, account: account, priority: priority ?? AddressPattern(parsing: account)?.priority ?? 0,
            sender: sender, senderPriority: senderPriority ?? AddressPattern(parsing: sender)?.priority ?? 0,
            isActive: active)
    }

    static func winner(_ rows: [GreylistSetting], _ subject: GreylistSubject) -> Int64? {
        let settings = [rows, rows.reversed()].map { GreylistSettings($0).deciding(subject)?.id }
        return settings[0] == settings[1] ? settings[0] : -1
    }

    @Test func noSettingCovers() throws {
        #expect(try Self.winner([], subject()) == nil)
        #expect(try Self.winner([Self.row(1, "@other.example", "@.")], subject()) == nil)
        #expect(try Self.winner([Self.row(1, "@.", "@other.example")], subject()) == nil)
    }

    @Test(
        arguments: [
            // The account's priority comes first, then the sender's.
            (Self.row(1, "@rcpt.example", "@."), Self.row(2, "@.", "a@sender.example")),
            (Self.row(1, "b@rcpt.example", "@."), Self.row(2, "@rcpt.example", "a@sender.example")),
            (Self.row(1, "@.", "192.0.2.1"), Self.row(2, "@.", "@sender.example")),
            (Self.row(1, "@.", "192.0.2.*"), Self.row(2, "@.", "@.sender.example")),
            (Self.row(1, "@.", "192.0.*.1"), Self.row(2, "@.", "@.")),
            // A network with the priority 0 that iRedAPD's tool stores still comes before domains and @. .
            (Self.row(1, "@.", "192.0.2.0/24", senderPriority: 0), Self.row(2, "@.", "@sender.example")),
            (Self.row(1, "@.", "192.0.2.0/24", senderPriority: 0), Self.row(2, "@.", "@.")),
            // Equal priorities: the longer domain, the narrower network, the lower id.
            (Self.row(1, "@.rcpt.example", "@.", priority: 50), Self.row(2, "@.example", "@.", priority: 50)),
            (Self.row(1, "@.", "192.0.2.0/25"), Self.row(2, "@.", "192.0.2.0/24")),
            (Self.row(1, "@.", "192.0.2.*"), Self.row(2, "@.", "192.0.0.0/16")),
            // What is stored decides, not what it should have been.
            (Self.row(1, "@.", "@.", priority: 100), Self.row(2, "b@rcpt.example", "@.", priority: 0)),
        ])
    func order(first: GreylistSetting, second: GreylistSetting) throws {
        let subject = try subject()
        #expect(Self.winner([second], subject) == 2)
        #expect(Self.winner([first, second], subject) == 1)
    }

    @Test func originalBeforeAliasTarget() throws {
        let subject = try subject(to: "b@alias.example", aliasTarget: "target.example")
        let rows = [Self.row(1, "@target.example", "@."), Self.row(2, "@alias.example", "@.")]
        #expect(Self.winner(rows, subject) == 2)
        #expect(Self.winner([rows[0]], subject) == 1)
    }

    /// Networks are compared as numbers: host bits may be set, the first field need not be equal, IPv6 counts.
    @Test(
        arguments: [
            ("192.0.2.9/24", "192.0.2.1", true), ("10.0.0.0/7", "11.1.2.3", true),
            ("2001:db8::/32", "2001:db8:1::1", true), ("2001:db8:1:2:3:4:5:0/112", "2001:db8:1:2:3:4:5:6", true),
            ("2001:db8::/32", "2001:db9::1", false), ("192.0.2.0/25", "192.0.2.200", false),
        ])
    func networks(sender: String, client: String, expected: Bool) throws {
        let row = Self.row(1, "@.", sender, senderPriority: 0)
        #expect(try Self.winner([row], subject(client)) == (expected ? 1 : nil))
    }

    /// One-character senders never match by accident.
    @Test(arguments: ["1", ".", "*", "9", "@"])
    func strayCharacters(sender: String) throws {
        #expect(try Self.winner([Self.row(1, "@.", sender)], subject()) == nil)
    }

    @Test func letterCaseDoesNotCount() throws {
        #expect(try Self.winner([Self.row(1, "B@Rcpt.Example", "A@Sender.Example")], subject()) == 1)
    }

    @Test func wildcardsInAnyFieldNeedTheSwitch() throws {
        let row = Self.row(1, "@.", "*.0.2.1")
        #expect(try Self.winner([row], subject()) == nil)
        #expect(try Self.winner([row], subject(allWildcards: true)) == 1)
    }
}
