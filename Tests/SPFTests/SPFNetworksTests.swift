import DNS
import MailTypes
import SPF
import Testing

@Suite struct SPFNetworksTests {
    private static func networks(_ lines: String) throws -> (step: SPFNetworks.Step, asked: Int) {
        let zone = ZoneData(lines: lines)
        var collection = SPFNetworks(of: try #require(DNSName("d.example")))
        var step = collection.start()
        var asked = 0
        while case .ask(let question) = step {
            asked += 1
            step = collection.receive(zone.answer(question))
        }
        return (step, asked)
    }

    private static func texts(_ lines: String) throws -> [String] {
        guard case .done(let networks) = try networks(lines).step else { return ["failed"] }
        return networks.map(\.description)
    }

    @Test(arguments: [
        ("v=spf1 ip4:192.0.2.1/24 +ip4:198.51.100.7 -all", ["192.0.2.0/24", "198.51.100.7/32"]),
        ("v=spf1 ip6:2001:db8::1/32 IP6:2001:db8::1/32", ["2001:db8::/32"]),
        ("v=spf1 -ip4:192.0.2.1 ~ip4:192.0.2.2 ?ip4:192.0.2.3 ptr exists:x.example +all", []),
        ("v=spf1 a -all", ["192.0.2.10/32", "2001:db8::10/128"]),
        ("v=spf1 a:h.example/28//64", ["203.0.113.0/28", "2001:db8:1::/64"]),
        ("v=spf1 mx/30", ["203.0.113.4/30", "2001:db8:1::5/128"]),
        ("v=spf1 include:i.example ip4:192.0.2.1", ["192.0.2.1/32", "198.51.100.0/24"]),
        ("v=spf1 redirect=i.example", ["198.51.100.0/24"]), ("v=spf1 redirect=i.example ~all", []),
        ("v=spf1 a:%{d}.x ip4:bad ip4:192.0.2.1 include:", ["192.0.2.1/32"]),
        ("v=spf1 include:d.example include:loop.example ip4:192.0.2.1", ["192.0.2.1/32"]),
    ])
    func ofARecord(record: String, networks: [String]) throws {
        let zone = """
            d.example TXT \(record)
            d.example A 192.0.2.10
            d.example AAAA 2001:db8::10
            d.example MX 10 h.example
            h.example A 203.0.113.5
            h.example AAAA 2001:db8:1::5
            i.example TXT v=spf1 ip4:198.51.100.0/24 -all
            loop.example TXT v=spf1 include:d.example
            """
        #expect(try Self.texts(zone) == networks)
    }

    @Test func withoutARecordTheExchangesSend() throws {
        let zone = "d.example MX 10 a.example\nd.example MX 5 b.example\na.example A 192.0.2.1\nb.example A 192.0.2.2"
        #expect(try Self.texts(zone) == ["192.0.2.2/32", "192.0.2.1/32"])
        #expect(try Self.texts("d.example A 192.0.2.1") == [])
        #expect(try Self.texts("x.example A 192.0.2.1") == [])
        // Only for the domain itself: an included one without a record sends nothing.
        #expect(try Self.texts("d.example TXT v=spf1 include:a.example\na.example MX 1 b.example") == [])
    }

    @Test(arguments: ["d.example TIMEOUT", "d.example TXT v=spf1 ip4:192.0.2.1 a:s.example\ns.example TIMEOUT"])
    func aFailureIsNotNothing(zone: String) throws {
        #expect(try Self.networks(zone).step == .failed(.timedOut))
    }

    @Test func isBounded() throws {
        let includes = (1...40).map { "include:i\($0).example" }.joined(separator: " ")
        let zone =
            "d.example TXT v=spf1 \(includes)\n"
            + (1...40).map { "i\($0).example TXT v=spf1 ip4:192.0.2.\($0)" }.joined(separator: "\n")
        let (step, asked) = try Self.networks(zone)
        #expect(asked == 20)
        guard case .done(let networks) = step else { return #expect(Bool(false), "\(step)") }
        #expect(networks.count == 19)
    }
}
