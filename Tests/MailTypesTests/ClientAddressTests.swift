import MailTypes
import Testing

@Suite struct ClientAddressTests {
    @Test func literalAddresses() {
        #expect(ClientAddress(parsing: "::ffff:192.0.2.1") == ClientAddress(parsing: "192.0.2.1"))
        #expect(ClientAddress(parsing: "2001:DB8:0::1").description == "2001:db8::1")
    }

    @Test(arguments: [
        ("unknown", "unknown"), ("", ""), ("fe80::1%eth0", "fe80::1%eth0"), ("1.2.3.4\n", "1.2.3.4?"),
        ("Unknown", "unknown"),
    ])
    func anythingElseIsUnknown(text: String, kept: String) {
        let client = ClientAddress(parsing: text)
        #expect(client == .unknown(kept))
        #expect(client.address == nil)
        #expect(!client.isLoopback)
        #expect(client.wildcardForms(all: true).isEmpty)
        #expect(client.description == kept)
    }

    @Test(arguments: [
        ("127.0.0.1", true), ("127.255.255.255", true), ("::1", true), ("::ffff:127.0.0.2", true), ("128.0.0.1", false),
        ("126.255.255.255", false), ("::2", false), ("1::1", false), ("::127.0.0.1", false),
    ])
    func loopback(text: String, expected: Bool) {
        #expect(ClientAddress(parsing: text).isLoopback == expected)
    }

    @Test func wildcardForms() {
        let client = ClientAddress(parsing: "1.2.3.4")
        #expect(client.wildcardForms(all: false) == ["1.2.3.*", "1.2.*.4"])
        #expect(
            client.wildcardForms(all: true) == [
                "1.2.3.*", "1.2.*.4", "1.*.3.4", "*.2.3.4", "1.2.*.*", "1.*.3.*", "1.*.*.4", "*.2.3.*", "*.2.*.4",
                "*.*.3.4", "1.*.*.*", "*.2.*.*", "*.*.3.*", "*.*.*.4", "*.*.*.*",
            ])
    }

    @Test func wildcardFormsMatchTheClient() throws {
        let client = ClientAddress(parsing: "10.20.30.40")
        let address = try #require(client.address)
        for form in client.wildcardForms(all: true) {
            #expect(WildcardIPv4(parsing: form)?.matches(address) == true)
        }
    }

    @Test func onlyIPv4HasWildcardForms() {
        #expect(ClientAddress(parsing: "2001:db8::1").wildcardForms(all: true).isEmpty)
        #expect(ClientAddress(parsing: "::ffff:1.2.3.4").wildcardForms(all: false).count == 2)
    }
}
