import MailTypes
import Testing

@testable import Throttle

@Suite struct ThrottleRuleTests {
    /// The name under which a message is counted is the one under which it is looked up.
    @Test(arguments: [
        ("a@one.test", "a@one.test", false), ("@one.test", "a@one.test", false), ("@.one.test", "a@one.test", false),
        ("@.test", "a@one.test", false), ("@.", "a@one.test", false), ("a@*", "a@*", false),
        ("192.0.2.1", "192.0.2.1", true), ("@ip", "192.0.2.1", true), ("192.0.2.*", "192.0.2.*", true),
        ("192.0.2.0/24", "192.0.2.0/24", true), ("192.0.2.9/24", "192.0.2.9/24", true),
    ])
    func trackingKeys(stored: String, key: String, countsClients: Bool) throws {
        let rule = try rule(4, stored, [.messages: 1])
        let client = ClientAddress(parsing: "192.0.2.1")
        #expect(rule.trackingKey(client: client, account: "a@one.test") == TrackingKey(rule: 4, account: key))
        #expect(rule.countsClients == countsClients)
    }

    @Test(arguments: ["", "@com", "user@", "300.1.1.1/40", "no address"])
    func accountsThatCoverNothing(text: String) {
        #expect(ThrottleRule(id: 1, account: text, kind: .inbound, period: 60) == nil)
    }

    /// Networks that other tools stored with priority 0 have the one of their type.
    @Test func priorities() throws {
        let network = try rule(1, "192.0.2.0/24", [:]).order(isAliasDerived: false)
        #expect(network.priority == 70)
        #expect(try rule(1, "@.", priority: 95, [:]).order(isAliasDerived: false).priority == 95)
        #expect(try rule(1, "@.", priority: .max, [:]).order(isAliasDerived: false).priority == .max)
    }
}
