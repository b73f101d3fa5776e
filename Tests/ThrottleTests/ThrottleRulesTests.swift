import MailTypes
import Testing

@testable import Throttle

@Suite struct ThrottleRulesTests {
    private static let accounts = [
        "@.", "@ip", "@.test", "@.one.test", "@.sub.one.test", "@sub.one.test", "u@sub.one.test", "u@*", "192.0.2.7",
        "192.0.2.*", "192.0.*.7", "192.*.*.7", "192.0.2.0/25", "192.0.2.0/24", "2001:db8::/32", "@two.test",
        "@.two.test", "u@two.test", "@one.test", "198.51.100.0/24", "v@sub.one.test", "2001:db8::7",
    ]

    private func rules(_ kind: ThrottleKind = .outbound) throws -> ThrottleRules {
        ThrottleRules(
            try Self.accounts.enumerated().map { try rule(Int64($0.offset + 1), $0.element, kind, [.messages: 1]) })
    }

    private func covering(
        _ address: String, client: String, target: String? = nil, all: Bool = false
    ) throws -> [String] {
        try rules().covering(
            account(address, target: target), client: ClientAddress(parsing: client), kind: .outbound, allWildcards: all
        ).map(\.account)
    }

    /// Which accounts cover a message, networks of its client among them, and the order of precedence with its ties.
    @Test func anAddressAndAnIPv4Client() throws {
        #expect(
            try covering("u@sub.one.test", client: "192.0.2.7") == [
                "u@sub.one.test", "u@*", "192.0.2.7", "192.0.2.0/25", "192.0.2.*", "192.0.*.7", "192.0.2.0/24",
                "@sub.one.test", "@.sub.one.test", "@.one.test", "@.test", "@ip", "@.",
            ])
    }

    @Test func anIPv6Client() throws {
        #expect(
            try covering("x@example.org", client: "2001:db8:0::7") == ["2001:db8::7", "2001:db8::/32", "@ip", "@."])
    }

    @Test func moreWildcardsOnDemand() throws {
        #expect(try covering("", client: "192.9.9.7").contains("192.*.*.7") == false)
        #expect(try covering("", client: "192.9.9.7", all: true).contains("192.*.*.7"))
    }

    @Test func aliasTargetsComeAfterTheAddressItself() throws {
        #expect(
            try covering("u@sub.one.test", client: "unknown", target: "two.test") == [
                "u@sub.one.test", "u@two.test", "u@*", "@sub.one.test", "@two.test", "@.sub.one.test", "@.one.test",
                "@.two.test", "@.test", "@ip", "@.",
            ])
        for target in ["none", "unknown", "not a domain"] {
            #expect(try covering("x@example.org", client: "unknown", target: target) == ["@ip", "@."])
        }
    }

    /// Nobody's name is not covered by `@.`; a text that is no address is covered by it alone.
    @Test func namesThatAreNoAddresses() throws {
        #expect(try covering("", client: "203.0.113.1") == ["@ip"])
        #expect(try covering("u", client: "203.0.113.1") == ["@ip", "@."])
        // A client's name must not be taken for an account.
        #expect(try covering("", client: "u@two.test") == ["@ip"])
    }

    @Test func kindsAreApart() throws {
        let rules = try rules(.inbound)
        #expect(rules.hasRules(.inbound))
        #expect(!rules.hasRules(.outbound))
        let client = ClientAddress(parsing: "192.0.2.7")
        #expect(rules.covering(account("u@one.test"), client: client, kind: .external, allWildcards: true).isEmpty)
    }

    @Test func rulesWithoutAPeriodAreNotApplied() throws {
        let rules = ThrottleRules([
            try rule(1, "@.", period: 0, [.messages: 1]), try rule(2, "@.", .inbound, period: -1, [.messages: 1]),
        ])
        #expect(rules.count == 0)
        #expect(!rules.hasRules(.outbound) && !rules.hasRules(.inbound))
    }

    @Test func spellingsOfAnAccountDoNotCount() throws {
        let rules = ThrottleRules([try rule(1, "@ONE.test", [:]), try rule(2, "@one.test", [:])])
        let client = ClientAddress(parsing: "192.0.2.7")
        let found = rules.covering(account("U@One.Test"), client: client, kind: .outbound, allWildcards: false)
        #expect(found.map(\.id) == [1, 2])
    }

    @Test func theStoredPriorityDecides() throws {
        let rules = ThrottleRules([
            try rule(1, "a@one.test", priority: 100, [:]), try rule(2, "@.", priority: 120, [:]),
        ])
        let client = ClientAddress(parsing: "192.0.2.7")
        let found = rules.covering(account("a@one.test"), client: client, kind: .outbound, allWildcards: false)
        #expect(found.map(\.id) == [2, 1])
    }
}
