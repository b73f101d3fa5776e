import MailTypes
import Testing

@Suite struct NetworkTests {
    @Test(arguments: [
        ("192.0.2.0/24", "192.0.2.0/24"), ("192.168.1.5/24", "192.168.1.0/24"), ("192.0.2.129/25", "192.0.2.128/25"),
        ("10.0.0.0/7", "10.0.0.0/7"), ("11.0.0.0/7", "10.0.0.0/7"), ("1.2.3.4/0", "0.0.0.0/0"),
        ("1.2.3.4/32", "1.2.3.4/32"), ("1.2.3.4", "1.2.3.4/32"), ("2001:db8::/32", "2001:db8::/32"),
        ("2001:DB8:1:2:3:4:5:6/112", "2001:db8:1:2:3:4:5:0/112"), ("2001:db8::1", "2001:db8::1/128"),
        ("2001:db8:ffff::/33", "2001:db8:8000::/33"), ("::ffff:10.0.0.0/104", "10.0.0.0/8"),
        ("::ffff:10.0.0.1", "10.0.0.1/32"), ("::ffff:0:0/96", "0.0.0.0/0"), ("::ffff:0:0/95", "::fffe:0:0/95"),
        ("ffff::/0", "::/0"), ("2001:db8::8000:0:0:1/65", "2001:db8:0:0:8000::/65"),
        ("2001:db8::1/64", "2001:db8::/64"),
    ])
    func canonicalText(text: String, expected: String) throws {
        let network = try #require(Network(parsing: text))
        #expect(network.description == expected)
        #expect(Network(parsing: expected) == network)
    }

    @Test(arguments: [
        "", "/", "/24", "192.0.2.0/", "192.0.2.0/33", "192.0.2.0/-1", "192.0.2.0/+8", "192.0.2.0/024", "192.0.2.0/24 ",
        "192.0.2.0/24/24", "2001:db8::/129", "2001:db8::/999", "2001:db8::/1000", "192.0.2/24", "fe80::%eth0/64",
        "example.com/24", "192.0.2.*", "192.0.2.0/99999999999999999999", "192.0.2.0/255.255.255.0",
    ])
    func refuses(text: String) {
        #expect(Network(parsing: text) == nil)
    }

    @Test(arguments: [
        ("10.0.0.0/7", "11.255.255.255", true), ("10.0.0.0/7", "12.0.0.0", false),
        ("192.0.2.128/25", "192.0.2.128", true), ("192.0.2.128/25", "192.0.2.127", false),
        ("192.168.1.5/24", "192.168.1.200", true), ("0.0.0.0/0", "203.0.113.1", true),
        ("0.0.0.0/0", "2001:db8::1", false),
        ("192.0.2.1", "192.0.2.1", true), ("192.0.2.1", "192.0.2.2", false),
        ("2001:db8:1:2:3:4:5:0/112", "2001:db8:1:2:3:4:5:ffff", true),
        ("2001:db8:1:2:3:4:5:0/112", "2001:db8:1:2:3:4:6:0", false), ("2001:db8::/32", "2001:db9::", false),
        ("2001:db8::/63", "2001:db8:0:1:ffff::", true), ("2001:db8::/64", "2001:db8:0:1::", false),
        ("2001:db8::/65", "2001:db8:0:0:8000::", false), ("::/0", "2001:db8::1", true), ("::/0", "192.0.2.1", false),
        ("10.0.0.0/8", "::ffff:10.1.2.3", true), ("::ffff:10.0.0.0/104", "10.1.2.3", true),
        ("::1/128", "::1", true), ("::1/128", "::2", false),
    ])
    func containment(network: String, address: String, expected: Bool) throws {
        let network = try #require(Network(parsing: network))
        #expect(network.contains(try #require(IPAddress(parsing: address))) == expected)
    }

    @Test func narrowness() {
        #expect(Network(parsing: "192.0.2.0/24")?.hostBits == 8)
        #expect(Network(parsing: "2001:db8::/32")?.hostBits == 96)
    }
}
