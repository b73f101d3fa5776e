import MailTypes
import SuiteFixture
import Testing

@Suite struct IPAddressTests {
    @Test(arguments: [
        ("192.0.2.1", "192.0.2.1"), ("0.0.0.0", "0.0.0.0"), ("255.255.255.255", "255.255.255.255"), ("::", "::"),
        ("::1", "::1"), ("2001:DB8::1", "2001:db8::1"), ("2001:0db8:0000:0000:0000:0000:0000:0001", "2001:db8::1"),
        ("2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1"), ("2001:0:0:1:0:0:0:1", "2001:0:0:1::1"),
        ("2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1"), ("2001:db8:1:2:3:4:5:0", "2001:db8:1:2:3:4:5:0"),
        ("1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0"), ("1:2:3:4:5:6::", "1:2:3:4:5:6::"), ("fe80::1", "fe80::1"),
        ("64:ff9b::192.0.2.1", "64:ff9b::c000:201"), ("::ffff:192.0.2.1", "192.0.2.1"),
        ("::FFFF:c000:0201", "192.0.2.1"), ("0:0:0:0:0:ffff:192.0.2.1", "192.0.2.1"), ("::1.2.3.4", "::102:304"),
        ("2001:db8:ffff:ffff:ffff:ffff:255.255.255.255", "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff"),
    ])
    func canonicalText(text: String, expected: String) throws {
        let address = try #require(IPAddress(parsing: text))
        #expect(address.description == expected)
        #expect(IPAddress(parsing: expected) == address)
    }

    @Test(arguments: [
        "", "unknown", "192.0.2", "192.0.2.256", "192.0.2.1.1", "192.0.2.01", "0x7f.0.0.1", "127.1", "2130706433",
        " 192.0.2.1", "192.0.2.1 ", "192.0.2.1\0", "192.0.2.1/32", "1.2.3.-4", "１.2.3.4", ":", ":::", "1::2::3",
        "fe80::1%eth0", "[::1]", "IPv6:::1", "12345::", "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9", "::1.2.3", "g::1",
        "::ffff:192.0.2.1\u{0}", "1.2.3.4:25", "00.0.0.0", "1..2.3", ".1.2.3.4", "1.2.3.4.", "1.2.3", "1.2.3.1000",
    ])
    func refuses(text: String) {
        #expect(IPAddress(parsing: text) == nil)
    }

    @Test func numbers() {
        #expect(IPAddress(parsing: "192.0.2.1") == .v4(0xC000_0201))
        #expect(IPAddress(parsing: "2001:db8::1") == .v6(high: 0x2001_0DB8_0000_0000, low: 1))
        #expect(IPAddress(high: 0, low: 0xFFFF_C000_0201) == .v4(0xC000_0201))
        #expect(IPAddress(parsing: "::1")?.bitWidth == 128)
        #expect(IPAddress(parsing: "::ffff:0.0.0.0")?.bitWidth == 32)
    }

    @Test func everyTextReadsBackAsItsNumber() {
        var generator = SeededGenerator(seed: 7)
        for _ in 0..<2000 {
            // Masks make zero groups likely.
            let high = UInt64.random(in: .min ... .max, using: &generator) & SparseMask.next(&generator)
            let low = UInt64.random(in: .min ... .max, using: &generator) & SparseMask.next(&generator)
            let address = IPAddress(high: high, low: low)
            #expect(IPAddress(parsing: address.description) == address)
        }
    }
}
