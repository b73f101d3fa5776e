import Configuration
import MailTypes
import ServiceProtocol
import Testing

@testable import Frontend

@Suite struct ListenerConfigurationTests {
    private static func read(_ listeners: String) throws(ConfigurationErrors) -> [ListenerConfiguration] {
        try FrontendConfiguration.read("frontend: {listeners: {\(listeners)}}").listeners
    }

    @Test func theShippedOnesAreTheConventionalPorts() throws {
        let listeners = try FrontendConfiguration.read("common: {runtime-directory: /r}").listeners
        #expect(
            listeners.map { $0.addresses.map(\.description).joined(separator: " ") } == [
                "127.0.0.1:7777 unix:/r/policy", "127.0.0.1:7778", "127.0.0.1:7779", "unix:/r/socketmap",
            ])
        #expect(
            listeners.map(\.purpose) == [
                .policy("default"), .tcpTable(map: "srs-forward"), .tcpTable(map: "srs-reverse"), .socketmap,
            ])
        #expect(listeners.allSatisfy { $0.mode == 0o660 && $0.group == nil && $0.allowFrom.isEmpty })
    }

    @Test(arguments: [
        ("policy: {allow-from: [192.0.2.0/24], policy: other}", []), ("policy: {protocol: socketmap}", ["protocol"]),
        ("policy: {addresses: [\"127.0.0.1:1\"], mode: \"0600\", group: g}", ["addresses", "mode", "group"]),
        ("policy: {protocol: tcp-table}", ["protocol"]),
    ])
    func ofAServedOneOnlyPolicyAndClientsChange(_ text: String, _ later: [String]) throws {
        let served = try Self.read("policy: {}")[0]
        let policies = "policies: {default: {}, other: {}}"
        let changed = try FrontendConfiguration.read("frontend: {listeners: {\(text)}, \(policies)}").listeners[0]
        let reloaded = served.reloaded(as: changed)
        #expect(reloaded.later == later)
        #expect(reloaded.listener.purpose == (later.isEmpty ? .policy("other") : .policy("default")))
        #expect(reloaded.listener.allowFrom == changed.allowFrom)
        #expect(reloaded.listener.addresses == served.addresses)
    }

    @Test func aServedTableKeepsItsMap() throws {
        let served = try Self.read("srs-forward: {}")[0]
        let reloaded = served.reloaded(as: try Self.read("srs-forward: {map: srs-reverse}")[0])
        #expect(reloaded.later == ["map"])
        #expect(reloaded.listener.purpose == .tcpTable(map: "srs-forward"))
        #expect(served.reloaded(as: served).later == [])
    }

    @Test func aShippedOneKeepsItsPurpose() throws {
        let listeners = try Self.read("srs-reverse: {mode: \"0600\"}, policy: {}")
        #expect(listeners.map(\.purpose) == [.tcpTable(map: "srs-reverse"), .policy("default")])
        #expect(listeners.map(\.mode) == [0o600, 0o660])
        #expect(listeners[0].addresses.map(\.description) == ["127.0.0.1:7779"])
    }

    @Test func othersMayConnectWhenListed() throws {
        let listener = try #require(
            try Self.read("p: {addresses: [\"0.0.0.0:7777\"], allow-from: [192.0.2.0/24]}").first)
        #expect(listener.allowedClients.contains(ClientAddress(parsing: "192.0.2.7")))
        #expect(listener.allowedClients.contains(ClientAddress(parsing: "127.0.0.1")))
        #expect(!listener.allowedClients.contains(ClientAddress(parsing: "198.51.100.7")))
    }

    @Test(arguments: [
        Fault(
            "p: {addresses: [\"0.0.0.0:7777\"]}",
            "p.addresses: 0.0.0.0:7777 is not a loopback address; list the networks that may connect in allow-from"),
        Fault(
            "p: {addresses: [\"[2001:db8::1]:7777\"]}",
            "p.addresses: [2001:db8::1]:7777 is not a loopback address; list the networks that may connect in allow-from"
        ),
        Fault(
            "p: {addresses: [\"localhost:7777\"]}",
            "p.addresses[0]: expected an address such as 127.0.0.1:7777, [::1]:7777 or unix:/path, found \"localhost:7777\""
        ),
        Fault(
            "p: {allow-from: [x]}",
            "p.allow-from: \"x\" is not an address, a network (192.0.2.0/24, 2001:db8::/32) or a wildcard address "
                + "(192.0.2.*)"),
        Fault("p: {mode: \"0999\"}", "p.mode: expected a file mode in quotes such as \"0660\", found \"0999\""),
        Fault("p: {mode: \"7777\"}", "p.mode: expected a file mode in quotes such as \"0660\", found \"7777\""),
        Fault("p: {protocol: smtp}", "p.protocol: expected policy, tcp-table or socketmap, found smtp"),
        Fault("p: {protocol: tcp-table, map: aliases}", "p.map: expected srs-forward or srs-reverse, found aliases"),
        Fault("p: {adress: []}", "p.adress: unknown key"),
    ])
    func faultsAreReported(_ fault: Fault) {
        let text = FrontendConfiguration.fault("frontend: {listeners: {\(fault.text)}}")
        #expect(text == "frontend.listeners." + fault.message)
    }
}
