import MailTypes
import Testing

@Suite struct AddressPatternTests {
    @Test(arguments: [
        ("User@Example.com", "user@example.com", "email", 100, 10),
        ("user@localhost", "user@localhost", "email", 100, 10),
        ("User@*", "user@*", "wildcard_addr", 90, 7), ("a_b-c.d+e=f@*", "a_b-c.d+e=f@*", "wildcard_addr", 90, 7),
        ("192.0.2.1", "192.0.2.1", "ip", 80, 9), ("2001:DB8:0::1", "2001:db8::1", "ip", 80, 9),
        ("::ffff:192.0.2.1", "192.0.2.1", "ip", 80, 9), ("192.0.2.*", "192.0.2.*", "wildcard_ip", 70, 8),
        ("192.0.2.0/24", "192.0.2.0/24", "cidr", 70, 7), ("192.0.2.9/24", "192.0.2.0/24", "cidr", 70, 7),
        ("2001:db8::/32", "2001:db8::/32", "cidr", 70, 7), ("@Example.com", "@example.com", "domain", 60, 5),
        ("@.Example.com", "@.example.com", "subdomain", 50, 3), ("@.com", "@.com", "top_level_domain", 40, 2),
        ("@.рф", "@.xn--p1ai", "top_level_domain", 40, 2), ("@ip", "@ip", "catchall_ip", 0, 1),
        ("@.", "@.", "catchall", 0, 0),
    ])
    func kinds(text: String, stored: String, kind: String, priority: Int, amavisPriority: Int) throws {
        let pattern = try #require(AddressPattern(parsing: text))
        #expect(pattern.description == stored)
        #expect(pattern.kind.rawValue == kind)
        #expect(pattern.priority == priority)
        #expect(pattern.amavisPriority == amavisPriority)
        #expect(AddressPattern(parsing: stored) == pattern)
    }

    @Test(arguments: [
        "", "@", "@com", "@localhost", "@..com", "@.c", "@.a_b", "@.example.c", "@exa mple.com", "example.com",
        ".example.com", "user", "user@", "@*", "us er@*", "user@**", "us'er@*", "192.0.2.0/33", "192.0.2", "*",
        "*@example.com..", "@[192.0.2.1]", "@.[192.0.2.1]", "fe80::1%eth0", "@example.1a",
    ])
    func refuses(text: String) {
        #expect(AddressPattern(parsing: text) == nil)
    }

    @Test func everyKindIsInTheTable() {
        #expect(AddressPattern.Kind.allCases.count == 10)
    }
}
