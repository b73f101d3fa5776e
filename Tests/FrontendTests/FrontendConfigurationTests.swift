import Configuration
import PostfixProtocol
import ServiceProtocol
import Testing

@testable import Frontend

@Suite struct FrontendConfigurationTests {
    @Test func everyKeyHasADefault() throws {
        let configuration = try FrontendConfiguration.read("{}")
        #expect(configuration.deadline == .seconds(10))
        #expect(configuration.maximumInFlight == 10_000)
        #expect(configuration.maximumSessions == 50_000)
        #expect(configuration.sessionMemory == .mebibytes(64))
        #expect(configuration.listeners.map(\.name) == ["policy", "srs-forward", "srs-reverse", "socketmap"])
        #expect(configuration.services.map(\.name) == ["directory", "greylist", "reputation", "srs", "throttle"])
        #expect(configuration.services.map(\.endpoints).first == ["/run/postern/directory.sock"])
        #expect(configuration.policies.map(\.name) == ["default"])
        #expect(configuration.warnings.isEmpty)
        let plans = try #require(configuration.policySet.plans["default"])
        for (state, names) in CheckCatalog.defaultOrder {
            #expect(plans[ProtocolState(parsing: state)]?.checks.map(\.name) == names)
        }
    }

    static let whole = """
        common:
          trusted-networks: [192.0.2.0/24]
        frontend:
          deadline: 20s
          max-in-flight: 500
          lookup-on-failure: temporary
          session: {max-messages: 100, max-memory: 1M}
          listeners:
            policy:
              policy: default
              addresses: ["127.0.0.1:7777", "unix:policy"]
              mode: "0666"
              group: postfix
            outside:
              protocol: policy
              policy: submission
              addresses: ["192.0.2.1:7777"]
              allow-from: [192.0.2.0/24]
            forward: {protocol: tcp-table, map: srs-forward, addresses: ["127.0.0.1:7778"]}
            maps: {protocol: socketmap, addresses: ["unix:/run/postern/maps"]}
          services:
            greylist: {endpoints: ["unix:greylist.sock", "unix:/run/postern/greylist@2.sock"]}
            antivirus:
              endpoints: ["unix:/run/av.sock"]
              checks:
                - {name: av, asks-network: true, wants: ["local:recipient"], provides: [virus], uses: [score]}
                - {name: av-count, records: true, counts: true}
              provides: [infected]
          policies:
            default:
              RCPT:
                - reject-null-sender
                - {check: reject-to-hostname, mode: shadow, applies-to: all}
                - {check: av, limit: 900ms, on-failure: defer, may-permit: true}
                - {check: score-action, name: hold-it, threshold: 5, action: "HOLD  spam"}
                - {check: score-action, threshold: -3, match: at-most, action: "WARN good"}
                - check: greylist
                  on-failure: {authenticated: defer}
              END-OF-MESSAGE: [throttle]
            submission:
              RCPT: [av-count]
            quiet: {}
        """

    @Test func everyKeyIsRead() throws {
        let configuration = try FrontendConfiguration.read(Self.whole)
        #expect(configuration.deadline == .seconds(20))
        #expect(configuration.maximumInFlight == 500)
        #expect(configuration.maximumSessions == 100)
        #expect(configuration.sessionMemory == .mebibytes(1))
        #expect(
            configuration.services.map(\.name) == [
                "directory", "reputation", "srs", "throttle", "greylist", "antivirus",
            ])
        let set = configuration.policySet
        #expect(set.deadline == 20_000)
        #expect(set.providers["infected"] == "antivirus")
        #expect(set.plans.keys.sorted() == ["default", "quiet", "submission"])
        let checks = try #require(set.plans["default"]?[.rcpt]).checks
        let names = ["reject-null-sender", "reject-to-hostname", "av", "hold-it", "score-action", "greylist"]
        #expect(checks.map(\.name) == names)
        #expect(checks.map(\.mode) == [.enforce, .shadow, .enforce, .enforce, .enforce, .enforce])
        #expect(checks[1].appliesTo == .all)
        #expect(checks[2].limit == 900)
        #expect(checks[2].failureRules == FailureRules(.defer))
        #expect(checks[2].mayPermit)
        #expect(checks[2].definition.decider == .service("antivirus"))
        #expect(checks[5].failureRules == FailureRules(authenticated: .defer, unauthenticated: .dunno))
        let action = ScoreAction(
            threshold: -3, matchesBelow: true, action: try #require(PolicyAction(parsing: "WARN good")))
        #expect(checks[4].definition.decider == .frontend(.scoreAction(action)))
    }

    @Test(arguments: [whole, "{}"]) func theNormalisedTextReadsBackEqual(_ text: String) throws {
        let first = try FrontendConfiguration.read(text)
        let second = try FrontendConfiguration.read(first.text)
        #expect(second.text == first.text)
        #expect(second.deadline == first.deadline)
        #expect(second.policies.map(\.name) == first.policies.map(\.name))
        for (left, right) in zip(second.policies.flatMap(\.states), first.policies.flatMap(\.states)) {
            #expect(left.state == right.state)
            #expect(left.checks.map(\.definition.decider) == right.checks.map(\.definition.decider))
            #expect(left.checks.map(\.failureRules) == right.checks.map(\.failureRules))
            #expect(left.checks.map(\.limit) == right.checks.map(\.limit))
            #expect(left.checks.map(\.mode) == right.checks.map(\.mode))
        }
        #expect(second.listeners.map(\.purpose) == first.listeners.map(\.purpose))
        #expect(second.listeners.map(\.addresses) == first.listeners.map(\.addresses))
        #expect(second.listeners.map(\.mode) == first.listeners.map(\.mode))
        #expect(second.services.map(\.endpoints) == first.services.map(\.endpoints))
    }

    @Test(arguments: [
        Fault(
            "frontend: {deadline: 26s}", "f:1:22: frontend.deadline: expected 1s to 25s, found 26s"),
        Fault(
            "frontend: {deadlin: 10s}", "f:1:12: frontend.deadlin: unknown key; did you mean 'deadline'?"),
        Fault(
            "frontend: {session: {max-messages: -1}}",
            "f:1:36: frontend.session.max-messages: expected 0 to 1000000, found -1"),
        Fault(
            "frontend:\n  deadline: 1s\n",
            """
            f:2:3: frontend.policies: the limits of default at END-OF-MESSAGE add up to 2000 ms along its 1 stages, \
            more than the deadline of 1000 ms
            f:2:3: frontend.policies: the limits of default at RCPT add up to 6000 ms along its 2 stages, more than \
            the deadline of 1000 ms
            """),
        Fault(
            "frontend:\n  listeners:\n    policy: {policy: strict}\n",
            "f:3:5: frontend.listeners: listener policy asks for the policy 'strict', which is not there"),
        Fault(
            """
            frontend:
              services:
                x: {endpoints: ["unix:x"], checks: [{name: c}]}
                y: {endpoints: ["unix:y"], checks: [{name: c}]}
            """, "f:3:5: frontend.services: both x and y decide the check c"),
    ])
    func faultsAreReported(_ fault: Fault) {
        #expect(FrontendConfiguration.faults(fault.text) == fault.message)
    }

    @Test func readingAfterRecordingIsWarnedOf() throws {
        let text = """
            frontend:
              policies: {p: {RCPT: [greylist, reject-null-sender]}, default: {RCPT: [reject-null-sender, greylist]}}
            """
        #expect(
            try FrontendConfiguration.read(text).warnings == [
                "frontend.policies.p.RCPT: reject-null-sender only reads, but stands after greylist, which records: "
                    + "mail it refuses has been recorded already"
            ])
    }
}
