import Configuration
import PostfixProtocol
import Testing

@testable import Frontend

@Suite struct PolicyConfigurationTests {
    /// `CHECKS` stands at RCPT of the policy `default`.
    private static func faults(_ checks: String, at state: String = "RCPT") -> String {
        FrontendConfiguration.faults("frontend: {policies: {default: {\(state): [\(checks)]}}}")
    }

    @Test(arguments: [
        Fault("greylst", "[0]: there is no check 'greylst'; did you mean 'greylist'?"),
        Fault("spamassassin", "[0]: there is no check 'spamassassin'"),
        Fault("{check: greylst}", "[0].check: there is no check 'greylst'; did you mean 'greylist'?"),
        Fault("throttle", "[0]: throttle has no meaning at RCPT, only at END-OF-MESSAGE"),
        Fault("greylist, greylist", "[1]: greylist stands here twice"),
        Fault("{mode: shadow}", "[0].check: required, but not given"),
        Fault(
            "{check: greylist, mode: shadwo}",
            "[0].mode: expected enforce or shadow, found shadwo; did you mean 'shadow'?"),
        Fault("{check: greylist, on-failure: reject}", "[0].on-failure: expected dunno or defer, found reject"),
        Fault(
            "{check: greylist, on-failure: {authenticatd: defer}}",
            "[0].on-failure.authenticatd: unknown key; did you mean 'authenticated'?"),
        Fault("{check: greylist, limit: 1ms}", "[0].limit: expected 10ms to 25s, found 1ms"),
        Fault("{check: greylist, limt: 1s}", "[0].limt: unknown key; did you mean 'limit'?"),
        Fault("{check: greylist, threshold: 1}", "[0].threshold: unknown key"),
        Fault(
            "{check: greylist, name: Grey}",
            "[0].name: expected a name of lower-case letters, digits and hyphens, found Grey"),
        Fault("{check: score-action, action: HOLD}", "[0].threshold: required, but not given"),
        Fault("{check: score-action, threshold: 1}", "[0].action: required, but not given"),
        Fault(
            "{check: score-action, threshold: 1, action: REFUSE}",
            "[0].action: expected a Postfix action such as REJECT with a text, HOLD or PREPEND X-Name: value, found REFUSE"
        ),
    ])
    func faultsAreReported(_ fault: Fault) {
        let text = FrontendConfiguration.fault("frontend: {policies: {default: {RCPT: [\(fault.text)]}}}")
        #expect(text == "frontend.policies.default.RCPT" + fault.message)
    }

    /// The plugins of iRedAPD that have a check here name it too, and two of them may be the same one.
    @Test func pluginsOfIRedAPDNameChecks() throws {
        for (plugin, name) in CheckCatalog.iRedAPDNames {
            let check = try #require(CheckCatalog.shipped[name], "\(plugin)")
            let state = try #require(check.states.first)
            let configuration = try FrontendConfiguration.read(
                "frontend: {policies: {default: {\(state.name): [\(plugin)]}}}")
            #expect(configuration.policies.first?.states.first?.checks.map(\.name) == [name])
        }
        #expect(Self.faults("amavisd_wblist, access-list").contains("access-list stands here twice"))
    }

    @Test func aStateHasAPostfixName() {
        let text = Self.faults("greylist", at: "RCTP")
        #expect(text == "f:1:33: frontend.policies.default.RCTP: unknown key; did you mean 'RCPT'?")
    }

    @Test func scoreActionMayStandTwiceUnderTwoNames() {
        let first = "{check: score-action, threshold: 1, action: HOLD}"
        #expect(Self.faults(first + ", {check: score-action, name: b, threshold: 9, action: REJECT}") == "")
        #expect(Self.faults(first + ", " + first).hasSuffix("score-action stands here twice"))
    }
}
