public import Configuration
internal import PostfixProtocol
public import ServiceProtocol

/// The typed configuration of the frontend: the mapping `frontend`.
public struct FrontendConfiguration: ServiceConfiguration {
    /// Where it listens.
    public var listeners: [ListenerConfiguration]
    /// The services it asks.
    public var services: [EndpointConfiguration]
    /// The policies it reads.
    public var policies: [PolicyConfiguration]
    /// The whole request's limit.
    public var deadline: TimeSpan
    /// Requests under way beyond which the failure rules apply at once.
    public var maximumInFlight: Int
    /// The answer to a lookup whose service cannot be asked or answers nonsense.
    public var lookupFailureRule: LookupFailureRule
    /// Messages whose session is kept.
    public var maximumSessions: Int
    /// Memory of all sessions.
    public var sessionMemory: ByteSize
    private let common: CommonConfiguration

    /// The longest deadline: Postfix waits 30 s in the wiring we recommend.
    public static let longestDeadline = TimeSpan.seconds(25)

    /// Reads the mapping `frontend`.
    public init(from mapping: ConfigurationMapping, common: CommonConfiguration) {
        self.common = common
        deadline = mapping.duration("deadline", default: .seconds(10), in: .seconds(1)...Self.longestDeadline)
        maximumInFlight = mapping.int("max-in-flight", default: 10_000, in: 1...100_000)
        lookupFailureRule = mapping.choice("lookup-on-failure", of: LookupFailureRule.self, default: .notFound)
        let session = mapping.mapping("session")
        maximumSessions = session.int("max-messages", default: 50_000, in: 0...1_000_000)
        sessionMemory = session.byteSize("max-memory", default: .mebibytes(64), in: .kibibytes(64) ... .gibibytes(4))
        let listed = mapping.mappings("listeners") { name, mapping in
            ListenerConfiguration(name: name, from: mapping, common: common)
        }
        listeners = listed.isEmpty ? ListenerConfiguration.shipped(common) : listed.map(\.value)
        services = Self.services(mapping, common: common)
        let definitions = Self.definitions(services)
        let read = mapping.mappings("policies") { name, mapping in
            PolicyConfiguration(name: name, from: mapping, definitions: definitions)
        }
        policies = read.map(\.value)
        if !mapping.has("policies") { policies = [.shipped] }
        reportWhatDoesNotFit(to: mapping)
    }

    private static func services(
        _ mapping: ConfigurationMapping, common: CommonConfiguration
    ) -> [EndpointConfiguration] {
        let named = mapping.mappings("services") { name, mapping in
            EndpointConfiguration(name: name, from: mapping, common: common)
        }
        let missing = EndpointConfiguration.shippedNames.filter { name in !named.contains { $0.name == name } }
        return missing.map { .shipped($0, common: common) } + named.map(\.value)
    }

    private static func definitions(_ services: [EndpointConfiguration]) -> [String: CheckDefinition] {
        let custom = services.flatMap(\.customChecks).map { ($0.name, $0) }
        return CheckCatalog.shipped.merging(custom) { shipped, _ in shipped }
    }

    private func reportWhatDoesNotFit(to mapping: ConfigurationMapping) {
        var deciders: [String: String] = [:]
        for service in services {
            for check in service.customChecks {
                if let other = deciders.updateValue(service.name, forKey: check.name) {
                    mapping.report("services", "both \(other) and \(service.name) decide the check \(check.name)")
                }
            }
        }
        reportFactsThatDoNotFit(to: mapping)
        let names = Set(policies.map(\.name))
        for listener in listeners {
            if case .policy(let policy) = listener.purpose, !names.contains(policy) {
                mapping.report(
                    "listeners", "listener \(listener.name) asks for the policy '\(policy)', which is not there")
            }
        }
        for plan in plansInOrder where plan.limit > Int(deadline.milliseconds) {
            mapping.report(
                "policies",
                "the limits of \(plan.policy) at \(plan.state.name) add up to \(plan.limit) ms along its "
                    + "\(plan.stages.count) stages, more than the deadline of \(deadline.milliseconds) ms")
        }
    }

    /// Each kind of fact is one service's, and what a check wants somebody must provide.
    private func reportFactsThatDoNotFit(to mapping: ConfigurationMapping) {
        var providers = CheckCatalog.providers
        for service in services {
            let added = service.customChecks.flatMap(\.provides).filter { $0 != "score" && !$0.hasPrefix("verdict.") }
            for kind in Set(service.customFacts + added).sorted() {
                let owner = providers[kind] ?? service.name
                providers[kind] = owner
                guard owner != service.name else { continue }
                mapping.report("services", "both \(owner) and \(service.name) provide the fact '\(kind)'")
            }
        }
        let answered = Set(policyProviders.keys)
        for check in services.flatMap(\.customChecks) {
            for want in check.wants where !answered.contains(want.kind) {
                let near = KeySuggestion.nearest(to: want.kind, among: answered)
                mapping.report(
                    "services",
                    "the check \(check.name) wants \(want), but no service provides the fact '\(want.kind)'"
                        + (near.map { "; did you mean '\($0)'?" } ?? ""))
            }
        }
    }

    /// Which service answers a question for a kind of fact.
    private var policyProviders: [String: String] {
        var providers = CheckCatalog.providers
        for service in services {
            for kind in service.customFacts where providers[kind] == nil { providers[kind] = service.name }
        }
        return providers
    }

    /// What is allowed, but probably not meant.
    public var warnings: [String] {
        plansInOrder.flatMap { plan in
            plan.readingAfterRecording.map { pair in
                "frontend.policies.\(plan.policy).\(plan.state.name): \(pair.reading) only reads, but stands after "
                    + "\(pair.recording), which records: mail it refuses has been recorded already"
            }
        }
        .sorted()
    }

    private var plansInOrder: [PolicyPlan] {
        policySet.plans.values.flatMap(\.values).sorted { ($0.policy, $0.state.name) < ($1.policy, $1.state.name) }
    }

    /// What the session store may keep.
    var sessionLimits: SessionStore.Limits {
        var limits = SessionStore.Limits()
        limits.sessions = maximumSessions
        limits.bytes = Int(sessionMemory.bytes)
        return limits
    }

    /// The policies, ready to be read.
    public var policySet: PolicySet {
        var checks: [String: [ProtocolState: [PolicyCheck]]] = [:]
        for policy in policies {
            checks[policy.name] = Dictionary(uniqueKeysWithValues: policy.states.map { ($0.state, $0.checks) })
        }
        return PolicySet(
            policies: checks, providers: policyProviders, trustedNetworks: common.trustedNetworks,
            hostnames: common.hostnames, deadline: Int(deadline.milliseconds))
    }

    /// The configuration with every key written out.
    public func normalised() -> ConfigurationNode {
        ConfigurationNode(mapping: [
            ("deadline", ConfigurationNode(deadline)),
            ("max-in-flight", ConfigurationNode(maximumInFlight)),
            ("lookup-on-failure", ConfigurationNode(lookupFailureRule.rawValue)),
            (
                "session",
                ConfigurationNode(mapping: [
                    ("max-messages", ConfigurationNode(maximumSessions)),
                    ("max-memory", ConfigurationNode(sessionMemory)),
                ])
            ),
            ("listeners", ConfigurationNode(mapping: listeners.map { ($0.name, $0.normalised()) })),
            ("services", ConfigurationNode(mapping: services.map { ($0.name, $0.normalised()) })),
            ("policies", ConfigurationNode(mapping: policies.map { ($0.name, $0.normalised()) })),
        ])
    }
}
