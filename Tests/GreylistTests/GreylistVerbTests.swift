import MailTypes
import ServiceProtocol
import Testing

@testable import Greylist

@Suite struct GreylistVerbTests {
    static func entry(_ text: String) -> AddressPattern {
        AddressPattern(parsing: text) ?? .catchall
    }

    @Test(
        arguments: [
            (
                ["what": "setting", "active": "1"],
                .setSetting(sender: .catchall, account: .catchall, isActive: true, comment: "")
            ),
            (
                ["what": "setting", "active": "0", "from": "45.56.127.226", "comment": "why"],
                .setSetting(sender: entry("45.56.127.226"), account: .catchall, isActive: false, comment: "why")
            ),
            (
                ["what": "whitelist", "from": "2001:DB8::5/32", "to": "@.Example.com"],
                .setWhitelist(sender: entry("2001:db8::/32"), account: entry("@.example.com"), comment: "")
            ),
            (
                ["what": "whitelist", "from": "192.0.*.1", "to": "O'Brien@example.com"],
                .setWhitelist(sender: entry("192.0.*.1"), account: entry("o'brien@example.com"), comment: "")
            ),
        ] as [([String: String], GreylistVerb)])
    func set(_ arguments: [String: String], _ expected: GreylistVerb) throws {
        #expect(try GreylistVerb(AdminRequest(verb: "set", arguments: arguments)) == expected)
    }

    @Test(arguments: ["@example.com", "@.example.com", "example.com", "@EXAMPLE.com"])
    func domains(_ text: String) throws {
        let verb = try GreylistVerb(
            AdminRequest(verb: "set", arguments: ["what": "whitelist-domain", "from": text]))
        #expect(verb == .setWhitelistDomain(try #require(Domain(parsing: "example.com"))))
    }

    @Test(
        arguments: [
            ("set", ["what": "setting"], "needs active=1 or active=0"),
            ("set", ["what": "setting", "active": "yes"], "active=yes: expected 1 or 0"),
            ("set", ["what": "nothing"], "set needs what="), ("set", [:], "set needs what="),
            ("list", ["what": "whitelist"], "list needs what="), ("delete", ["what": "x"], "delete needs what="),
            ("drop", ["what": "setting"], "unknown verb drop"),
            ("set", ["what": "setting", "active": "1", "form": "@x.example"], "unknown argument form"),
            ("set", ["what": "whitelist", "from": "example.com"], "write @example.com for a domain"),
            ("set", ["what": "whitelist", "from": "@com"], "from=@com: not an address"),
            ("set", ["what": "whitelist", "from": "user@*"], "from=user@*: not an address"),
            ("set", ["what": "whitelist", "from": "@ip"], "from=@ip: not an address"),
            ("set", ["what": "whitelist", "from": "a b@example.com"], "needs quotes"),
            ("set", ["what": "whitelist", "from": "user@localhost"], "has no dot"),
            ("set", ["what": "whitelist", "from": "192.0.2.0/33"], "from=192.0.2.0/33: not an address"),
            ("set", ["what": "whitelist", "to": "192.0.2.1"], "to=192.0.2.1: not an address or a domain"),
            ("set", ["what": "whitelist", "to": "'; DROP TABLE x"], "to='; DROP TABLE x: not an address"),
            ("set", ["what": "whitelist", "comment": "a\nb"], "comment: expected one line"),
            ("set", ["what": "whitelist", "comment": String(repeating: "x", count: 256)], "at most 255"),
            ("set", ["what": "whitelist-domain"], "needs from=@DOMAIN"),
            ("set", ["what": "whitelist-domain", "from": "a@example.com"], "not a domain such as"),
            ("delete", ["what": "tracking"], "needs client=ADDRESS"),
            ("delete", ["what": "tracking", "client": "host"], "client=host: not an IP address"),
        ] as [(String, [String: String], String)])
    func faults(_ verb: String, _ arguments: [String: String], _ expected: String) {
        let error = #expect(throws: GreylistVerbError.self) {
            try GreylistVerb(AdminRequest(verb: verb, arguments: arguments))
        }
        #expect(error?.description.contains(expected) == true, "\(String(describing: error))")
    }

    @Test func listingOfAllAccounts() throws {
        let verb = try GreylistVerb(AdminRequest(verb: "list", arguments: ["what": "settings", "to": "@."]))
        #expect(verb == .listSettings(account: nil, after: ""))
        #expect(verb.isListing)
    }
}
