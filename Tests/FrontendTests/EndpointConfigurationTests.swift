import Configuration
import ServiceProtocol
import Testing

@testable import Frontend

@Suite struct EndpointConfigurationTests {
    private static func read(_ services: String) throws(ConfigurationErrors) -> [EndpointConfiguration] {
        try FrontendConfiguration.read("frontend: {services: {\(services)}}").services
    }

    @Test func aServiceMayHaveSeveralInstances() throws {
        let services = try Self.read("greylist: {endpoints: [\"unix:g1\", \"unix:/x/g2\"]}")
        #expect(services.first { $0.name == "greylist" }?.endpoints == ["/run/postern/g1", "/x/g2"])
        #expect(services.first { $0.name == "throttle" }?.endpoints == ["/run/postern/throttle.sock"])
    }

    @Test func aCustomServiceNamesItsChecks() throws {
        let checks = """
            {name: a, records: true, counts: true, wants: ["alias-target:sender"], uses: [u], provides: [p]}, \
            {name: b, asks-network: true}
            """
        let service = try #require(
            try Self.read("x: {endpoints: [\"unix:x\"], provides: [f], checks: [\(checks)]}").last)
        #expect(service.customFacts == ["f"])
        let first = service.customChecks[0], second = service.customChecks[1]
        #expect(first.name == "a")
        #expect(first.decider == .service("x"))
        #expect(first.records && first.isKeyed && !first.asksNetwork)
        #expect(first.wants == [FactWant(kind: "alias-target", attribute: "sender")])
        #expect(first.uses == ["u"])
        #expect(first.provides == ["p", "score"])
        #expect(first.limit == 2_000)
        #expect(second.asksNetwork && !second.records)
        #expect(second.limit == 5_000)
    }

    @Test(arguments: [
        Fault(
            "greylist: {endpoints: [\"127.0.0.1:1\"]}",
            "greylist.endpoints: services are reached over Unix sockets only, such as unix:greylist.sock"),
        Fault("x: {}", "x.endpoints: required, but not given"),
        Fault("x: {endpoints: []}", "x.endpoints: required, but not given"),
        Fault("x: {endpoints: [\"unix:x\", \"unix:/run/postern/x\"]}", "x.endpoints: names an endpoint twice"),
        Fault(
            "srs: {checks: [{name: c}]}", "srs: checks and provides are for custom services; srs is a shipped one"),
        Fault(
            "x: {endpoints: [\"unix:x\"], checks: [{name: c, counts: true}]}",
            "x.checks[0].counts: a check that counts records too: set records: true"),
        Fault(
            "x: {endpoints: [\"unix:x\"], checks: [{name: greylist}]}", "x.checks[0].name: greylist is a shipped check"),
        Fault(
            "x: {endpoints: [\"unix:x\"], checks: [{name: score-action}]}",
            "x.checks[0].name: score-action is a shipped check"),
        Fault(
            "x: {endpoints: [\"unix:x\"], checks: [{name: \"a b\"}]}",
            "x.checks[0].name: expected a name of lower-case letters, digits and hyphens, found \"a b\""),
        Fault(
            "x: {endpoints: [\"unix:x\"], checks: [{name: c, wants: [\"local:client\"]}]}",
            "x.checks[0].wants[0]: expected a fact such as local:recipient or alias-target:sender, found \"local:client\""
        ),
        Fault("x: {endpoints: [\"unix:x\"], checks: [{}]}", "x.checks[0].name: required, but not given"),
    ])
    func faultsAreReported(_ fault: Fault) {
        let text = FrontendConfiguration.fault("frontend: {services: {\(fault.text)}}")
        #expect(text == "frontend.services." + fault.message)
    }
}
