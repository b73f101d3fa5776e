import MailTypes
import Testing

@Suite struct TrustedNetworksTests {
    private static let entries = [
        "192.0.2.1", "2001:db8:0:0::5", "192.168.1.*", "172.16.*.*", "10.*.*.1", "198.51.100.7/24", "2001:db8:5::/48",
        "::ffff:203.0.113.0/120",
    ]

    @Test(arguments: [
        ("192.0.2.1", true), ("192.0.2.2", false), ("2001:DB8::5", true), ("2001:db8::6", false),
        ("192.168.1.200", true), ("192.168.2.1", false), ("172.16.250.3", true), ("172.17.0.1", false),
        ("10.9.8.1", true), ("10.9.8.2", false), ("198.51.100.200", true), ("198.51.101.1", false),
        ("2001:db8:5:ffff::1", true), ("2001:db8:6::1", false), ("203.0.113.77", true),
        ("::ffff:192.0.2.1", true), ("127.0.0.1", true), ("127.9.9.9", true), ("::1", true),
        ("::ffff:127.0.0.1", true), ("unknown", false), ("", false), ("fe80::1%eth0", false),
    ])
    func contains(client: String, expected: Bool) throws {
        let networks = try TrustedNetworks(TrustedNetworksTests.entries)
        #expect(networks.contains(ClientAddress(parsing: client)) == expected)
    }

    @Test func loopbackNeedsNoEntry() throws {
        let networks = try TrustedNetworks()
        #expect(networks.contains(ClientAddress(parsing: "127.0.0.1")))
        #expect(networks.contains(ClientAddress(parsing: "::1")))
        #expect(!networks.contains(ClientAddress(parsing: "192.0.2.1")))
    }

    @Test(arguments: ["", "localhost", "192.0.2.0/33", "192.168.1", "[::1]/128", "192.0.2.1, 192.0.2.2"])
    func namesTheBadEntry(entry: String) {
        let error = #expect(throws: TrustedNetworksError.self) { try TrustedNetworks(["192.0.2.1", entry]) }
        #expect(error?.entry == entry)
        #expect(error?.description.hasPrefix("\"\(entry)\" is not an address") == true)
    }
}
