import MailTypes
import Testing

@Suite struct WildcardIPv4Tests {
    @Test(arguments: [
        ("192.168.1.*", "192.168.1.7", true), ("192.168.1.*", "192.168.2.7", false),
        ("192.168.*.*", "192.168.200.7", true), ("192.168.*.1", "192.168.9.1", true),
        ("192.168.*.1", "192.168.9.2", false), ("*.*.*.*", "203.0.113.9", true), ("*.0.*.1", "10.0.9.1", true),
        ("*.0.*.1", "10.1.9.1", false), ("192.168.1.*", "::ffff:192.168.1.7", true), ("*.*.*.*", "2001:db8::1", false),
    ])
    func matches(text: String, address: String, expected: Bool) throws {
        let wildcard = try #require(WildcardIPv4(parsing: text))
        #expect(wildcard.matches(try #require(IPAddress(parsing: address))) == expected)
    }

    @Test(arguments: [
        "", "192.0.2.1", "192.0.*", "192.0.2.*.*", "192.0.2.256.*", "256.0.2.*", "192.0.2.**", "192..2.*", "192.0.2.1*",
        "-1.0.2.*", "+1.0.2.*", "*.*.*.*/0", "a.0.2.*", "2001:db8::*", "*", "1234.0.2.*", " 1.2.3.*",
    ])
    func refuses(text: String) {
        #expect(WildcardIPv4(parsing: text) == nil)
    }

    @Test func canonicalText() {
        #expect(WildcardIPv4(parsing: "192.00.2.*")?.description == "192.0.2.*")
        #expect(WildcardIPv4(parsing: "192.*.2.*")?.hostBits == 16)
    }
}
