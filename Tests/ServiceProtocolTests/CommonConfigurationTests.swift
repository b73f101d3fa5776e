import Configuration
import MailTypes
import ServiceProtocol
import Testing

@Suite struct CommonConfigurationTests {
    private static func read(_ text: String) throws(ConfigurationErrors) -> CommonConfiguration {
        try ConfigurationDocument(text: text, file: "f").read(CommonConfiguration.self, at: "common")
    }

    @Test func everyKeyHasADefault() throws {
        let common = try Self.read("{}")
        #expect(common.runtimeDirectory == "/run/postern")
        #expect(common.stateDirectory == "/var/lib/postern")
        #expect(common.trustedNetworkEntries == [])
        #expect(common.logDestination == .automatic)
        #expect(common.logLevel == .info)
        #expect(common.logFacility == .mail)
        #expect(common.hostnames.contains(common.hostname))
        #expect(common.hostname == common.hostname.lowercased())
    }

    @Test func everyKeyIsRead() throws {
        let text = """
            common:
              runtime-directory: /tmp/r
              state-directory: /tmp/s
              hostname: MX.Example.com
              trusted-networks: [192.0.2.0/24, "2001:db8::/32"]
              recipient-delimiters: ["+", "-"]
              log: {destination: syslog, level: debug, facility: local3}
            """
        let common = try Self.read(text)
        #expect(common.hostname == "mx.example.com")
        #expect(common.trustedNetworks.contains(ClientAddress(parsing: "192.0.2.9")))
        #expect(!common.trustedNetworks.contains(ClientAddress(parsing: "198.51.100.9")))
        let printed = ConfigurationPrinter.yaml(ConfigurationNode(mapping: [("common", common.normalised())]))
        #expect(try Self.read(printed).normalised().yaml() == common.normalised().yaml())
        #expect(try Self.read(printed).logFacility == .local3)
    }

    @Test(arguments: [
        (
            "common: {runtime-directory: run}",
            "f:1:29: common.runtime-directory: expected an absolute path such as /var/lib/postern, found run"
        ),
        (
            "common: {hostname: a..b}",
            "f:1:20: common.hostname: expected a domain name such as mx.example.com, found a..b"
        ),
        (
            "common: {trusted-networks: [x]}",
            "f:1:28: common.trusted-networks: \"x\" is not an address, a network (192.0.2.0/24, 2001:db8::/32) or a "
                + "wildcard address (192.0.2.*)"
        ),
        ("common: {log: {levle: info}}", "f:1:16: common.log.levle: unknown key; did you mean 'level'?"),
    ])
    func faultsAreReported(_ text: String, _ error: String) {
        let errors = #expect(throws: ConfigurationErrors.self) { try Self.read(text) }
        #expect(errors?.description == error)
    }
}
