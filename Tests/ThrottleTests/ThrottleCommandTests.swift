import SQLStore
import ServiceProtocol
import Testing

@testable import Throttle

@Suite struct ThrottleCommandTests {
    private static let bad: [(String, [String: String], String)] = [
        ("frobnicate", ["what": "settings"], "unknown verb frobnicate"),
        ("list", [:], "what= is missing"),
        ("list", ["what": "setting"], "cannot list \"setting\"; what=settings or what=tracking"),
        ("set", ["what": "tracking", "account": "@."], "cannot set \"tracking\"; what=setting"),
        ("delete", ["what": "all"], "cannot delete \"all\"; what=setting or what=tracking"),
        ("set", ["what": "setting"], "account= is missing"),
        ("set", ["what": "setting", "account": "", "period": "1"], "account= is missing"),
        (
            "set", ["what": "setting", "account": "a@b", "period": "1"],
            "account=a@b is not a mail address: the domain \"b\" has no dot"
        ),
        (
            "set", ["what": "setting", "account": "@com", "period": "1"],
            "account=@com is neither an address, user@*, @domain, @.domain, @., @ip, nor a client's address, "
                + "network or 192.0.2.*"
        ),
        (
            "set", ["what": "setting", "account": "@.", "kind": "outward", "period": "1"],
            "kind=outward is none of outbound, external, inbound"
        ),
        (
            "set", ["what": "setting", "account": "@.", "period": "0"],
            "period=0 is not a whole number from 1 to 4294967295"
        ),
        (
            "set", ["what": "setting", "account": "@.", "period": "1h"],
            "period=1h is not a whole number from 1 to 4294967295"
        ),
        (
            "set", ["what": "setting", "account": "@.", "max-msgs": "-2"],
            "max-msgs=-2 is not a whole number from -1 to 9223372036854775807"
        ),
        (
            "set", ["what": "setting", "account": "@.", "max-msgs": "9223372036854775808"],
            "max-msgs=9223372036854775808 is not a whole number from -1 to 9223372036854775807"
        ),
        (
            "set", ["what": "setting", "account": "@."],
            "nothing to set: give period=, msg-size=, max-msgs=, max-quota= or max-rcpts="
        ),
        ("set", ["what": "setting", "account": "@.", "period": "1", "max_msgs": "5"], "unknown argument max_msgs="),
        ("delete", ["what": "tracking"], "account= is missing"),
        ("list", ["what": "tracking", "after": "5"], "after=5 is not the end of a page"),
        (
            "list", ["what": "settings", "after": "-1"],
            "after=-1 is not a whole number from 0 to 9223372036854775807"
        ),
    ]

    @Test(arguments: bad.indices)
    func badCommands(index: Int) throws {
        let (verb, arguments, expected) = Self.bad[index]
        let error = #expect(throws: ThrottleCommandError.self) {
            try ThrottleCommand(AdminRequest(verb: verb, arguments: arguments))
        }
        #expect(error?.description == expected)
    }

    @Test func goodCommands() throws {
        let set = try ThrottleCommand(
            AdminRequest(
                verb: "set",
                arguments: [
                    "what": "setting", "account": "@Example.COM", "kind": "inbound", "period": "60", "msg-size": "1",
                    "max-msgs": "2", "max-quota": "0", "max-rcpts": "-1",
                ]))
        #expect(
            set
                == .set(
                    SettingChange(
                        account: "@example.com", priority: 60, kind: .inbound, period: 60,
                        limits: [.messageSize: 1, .messages: 2, .quota: 0, .recipients: -1])))
        #expect(set.isChange)
        let list = try ThrottleCommand(
            AdminRequest(verb: "list", arguments: ["what": "tracking", "account": "192.0.2.9/24", "kind": "external"]))
        var filter = CountersFilter()
        filter.accounts = ["192.0.2.9/24", "192.0.2.0/24"]
        filter.kind = .external
        #expect(list == .listCounters(filter))
        #expect(!list.isChange)
    }

    @Test func anAddressThatNeedsQuotes() throws {
        let arguments = ["what": "setting", "account": "\"quo ted\"@example.com", "kind": "inbound"]
        let command = try ThrottleCommand(AdminRequest(verb: "delete", arguments: arguments))
        #expect(command == .deleteSetting(account: "quo ted@example.com", kind: .inbound))
    }
}
