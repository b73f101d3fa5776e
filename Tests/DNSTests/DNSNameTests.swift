import DNS
import MailTypes
import Testing

@Suite struct DNSNameTests {
    @Test(arguments: [
        ("example.com", "example.com"), ("Example.COM.", "example.com"), ("a", "a"), ("_spf.Ex", "_spf.ex"),
        ("a b.c", "a\\032b.c"), ("ü.c", "\\195\\188.c"),
    ])
    func isReadAndPrinted(text: String, printed: String) {
        #expect(DNSName(text)?.description == printed)
    }

    @Test(arguments: [
        "", ".", "a..b", ".a", "a..", String(repeating: "x", count: 64) + ".com",
        Array(repeating: String(repeating: "x", count: 63), count: 4).joined(separator: "."),
    ])
    func isNone(text: String) {
        #expect(DNSName(text) == nil)
    }

    @Test func theLongestNames() {
        let label = String(repeating: "x", count: 63)
        let longest = [label, label, label, String(repeating: "y", count: 61)].joined(separator: ".")
        #expect(longest.utf8.count == 253)
        #expect(DNSName(longest)?.description == longest)
        #expect(DNSName(longest + "y") == nil)
    }

    @Test func domains() throws {
        #expect(DNSName(try #require(Domain(parsing: "bücher.Example")))?.description == "xn--bcher-kva.example")
        #expect(DNSName(try #require(Domain(parsing: "[192.0.2.1]"))) == nil)
    }

    @Test(arguments: [
        ("192.0.2.1", "1.2.0.192.in-addr.arpa"),
        ("::ffff:192.0.2.1", "1.2.0.192.in-addr.arpa"),
        ("2001:db8::567:89ab", "b.a.9.8.7.6.5.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa"),
    ])
    func reverseNames(address: String, name: String) throws {
        #expect(DNSName.pointer(to: try #require(IPAddress(parsing: address))).description == name)
    }

    @Test func namesInZones() throws {
        let zone = try #require(DNSName("dnsbl.example"))
        let address = DNSName(reversing: try #require(IPAddress(parsing: "203.0.113.7")))
        #expect(address.below(zone)?.description == "7.113.0.203.dnsbl.example")
        // RFC 5782 section 5: the entry for tests is the mapped address, written as IPv6.
        let test = DNSName(reversingHigh: 0, low: 0xffff_7f00_0002)
        let written = "2.0.0.0.0.0.f.7.f.f.f.f" + String(repeating: ".0", count: 20)
        #expect(test.description == written)
        let long = try #require(
            DNSName(Array(repeating: String(repeating: "x", count: 60), count: 4).joined(separator: ".")))
        #expect(long.below(zone) == nil)
    }

    @Test(arguments: [
        ("a.example.com", "example.com", true), ("example.com", "example.com", true),
        ("xexample.com", "example.com", false),
        ("com", "example.com", false), ("a.b.Example.com", "EXAMPLE.com", true),
    ])
    func isWithin(name: String, zone: String, answer: Bool) throws {
        #expect(try #require(DNSName(name)).isWithin(try #require(DNSName(zone))) == answer)
        #expect(try #require(DNSName(name)).isWithin(.root))
    }

    @Test(arguments: [
        ("192.0.2.1", "192.0.2.1:53"), ("192.0.2.1:5300", "192.0.2.1:5300"), ("2001:db8::1", "[2001:db8::1]:53"),
        ("[2001:DB8::1]:5300", "[2001:db8::1]:5300"),
    ])
    func servers(text: String, printed: String) {
        #expect(DNSServer(parsing: text)?.description == printed)
    }

    @Test(arguments: [
        "", "ns.example", "192.0.2.1:", "192.0.2.1:0", "192.0.2.1:65536", "[192.0.2.1]:53", "[2001:db8::1]",
        "192.0.2.1:+5",
    ])
    func noServers(text: String) {
        #expect(DNSServer(parsing: text) == nil)
    }
}
