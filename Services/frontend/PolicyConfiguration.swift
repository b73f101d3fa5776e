public import Configuration
public import PostfixProtocol
internal import ServiceProtocol

/// A policy as it is configured: the ordered checks of each protocol state.
public struct PolicyConfiguration: Sendable, ConfigurationPrintable {
    /// Its name: a listener, or Postfix's `policy_context`, picks it.
    public var name: String
    /// The checks by protocol state, in their order of precedence.
    public var states: [(state: ProtocolState, checks: [PolicyCheck])]

    /// The protocol states a policy may have, as Postfix names them (SMTPD_POLICY_README).
    private static let stateNames: [ProtocolState] =
        [.connect, .ehlo, .helo, .mail, .rcpt, .data, .endOfMessage, .vrfy, .etrn]

    /// Reads the policy `name`, whose checks are among `definitions`.
    public init(name: String, from mapping: ConfigurationMapping, definitions: [String: CheckDefinition]) {
        self.name = name
        let lists = Self.stateNames.map { state in
            let items = mapping.list(state.name) { item in
                Self.check(item, state: state, definitions: definitions).map { (item: item, check: $0) }
            }
            var names: Set<String> = []
            for (item, check) in items where !names.insert(check.name).inserted {
                item.report("\(check.name) stands here twice")
            }
            return (state: state, items: items)
        }
        Self.reportMissingProviders(in: lists.flatMap(\.items))
        states = lists.filter { !$0.items.isEmpty }.map { ($0.state, $0.items.map(\.check)) }
    }

    /// What a check uses must come from one that stands before it, here or at an earlier state of the message. So two
    /// checks that use what the other provides cannot stand in one policy.
    private static func reportMissingProviders(in items: [(item: ConfigurationItem, check: PolicyCheck)]) {
        // A message has a score from its beginning: 0.
        var provided: Set<String> = ["score"]
        for (item, check) in items {
            for use in check.definition.uses.subtracting(provided).sorted() {
                let later = items.first { $0.check.definition.provides.contains(use) }?.check.name
                let hint = later.map { $0 == check.name ? "; only itself does" : "; \($0) does, but stands behind it" }
                item.report("\(check.name) uses '\(use)', which no check before it provides\(hint ?? "")")
            }
            provided.formUnion(check.definition.provides)
        }
    }

    private init(name: String, states: [(state: ProtocolState, checks: [PolicyCheck])]) {
        self.name = name
        self.states = states
    }

    /// The shipped policy.
    public static let shipped = PolicyConfiguration(
        name: "default",
        states: CheckCatalog.defaultOrder.map { state, names in
            (ProtocolState(parsing: state), names.compactMap { CheckCatalog.shipped[$0].map(PolicyCheck.init) })
        })

    /// An item is a check's name, or a mapping with its settings.
    private static func check(
        _ item: ConfigurationItem, state: ProtocolState, definitions: [String: CheckDefinition]
    ) -> PolicyCheck? {
        if item.scalar != nil {
            return definition(item, state, definitions).map(PolicyCheck.init)
        }
        let mapping = item.mapping()
        guard let named = mapping.item("check") else {
            mapping.report("check", "required, but not given")
            mapping.acceptUnknownKeys()
            return nil
        }
        if named.scalar?.text == "score-action" { return scoreAction(mapping) }
        guard let definition = definition(named, state, definitions) else {
            mapping.acceptUnknownKeys()
            return nil
        }
        return settings(of: PolicyCheck(definition), in: mapping)
    }

    private static func definition(
        _ item: ConfigurationItem, _ state: ProtocolState, _ definitions: [String: CheckDefinition]
    ) -> CheckDefinition? {
        let names = definitions.keys.sorted() + ["score-action"]
        let reading = ConfigurationReading<String>.parsed("a check's name", placeholder: "") { $0 }
        guard let given = item.value(as: reading) else { return nil }
        let name = definitions[given] == nil ? CheckCatalog.iRedAPDNames[given] ?? given : given
        guard let definition = definitions[name] else {
            let near = KeySuggestion.nearest(to: name, among: Set(names))
            item.report("there is no check '\(name)'" + (near.map { "; did you mean '\($0)'?" } ?? ""))
            return nil
        }
        if !definition.states.isEmpty, !definition.states.contains(state) {
            let places = definition.states.map(\.name).sorted().joined(separator: " or ")
            item.report("\(name) has no meaning at \(state.name), only at \(places)")
        }
        return definition
    }

    private static func settings(of shipped: PolicyCheck, in mapping: ConfigurationMapping) -> PolicyCheck {
        var check = shipped
        check.name = mapping.value("name", default: shipped.name, as: .checkName)
        check.mode = mapping.choice("mode", of: PolicyCheck.Mode.self, default: .enforce)
        check.appliesTo = mapping.choice("applies-to", of: AppliesTo.self, default: shipped.appliesTo)
        check.failureRules = failureRules(of: shipped, in: mapping)
        let limit = mapping.duration(
            "limit", default: .milliseconds(Int64(shipped.limit)), in: .milliseconds(10) ... .seconds(25))
        check.limit = Int(limit.milliseconds)
        check.mayPermit = mapping.bool("may-permit", default: false)
        return check
    }

    /// `on-failure` is one rule, or one for each kind of sender.
    private static func failureRules(of shipped: PolicyCheck, in mapping: ConfigurationMapping) -> FailureRules {
        guard let item = mapping.item("on-failure") else { return shipped.failureRules }
        let reading = ConfigurationReading<FailureRule>.choice(placeholder: .dunno)
        guard item.isMapping else {
            return FailureRules(item.value(as: reading) ?? .dunno)
        }
        let rules = item.mapping()
        return FailureRules(
            authenticated: rules.value("authenticated", default: shipped.failureRules.authenticated, as: reading),
            unauthenticated: rules.value("unauthenticated", default: shipped.failureRules.unauthenticated, as: reading)
        )
    }

    private static func scoreAction(_ mapping: ConfigurationMapping) -> PolicyCheck {
        _ = mapping.string("check")
        let threshold = mapping.int("threshold", in: -1_000_000...1_000_000)
        let below = mapping.choice("match", of: ["at-least": false, "at-most": true], default: false)
        let action = mapping.value("action", as: .policyAction)
        let decider = FrontendCheck.scoreAction(
            ScoreAction(threshold: Double(threshold), matchesBelow: below, action: action))
        return settings(
            of: PolicyCheck(CheckDefinition("score-action", .frontend(decider), uses: ["score"])), in: mapping)
    }

    /// The policy with every key written out.
    public func normalised() -> ConfigurationNode {
        ConfigurationNode(
            mapping: states.map { state, checks in
                (state.name, ConfigurationNode(list: checks.map(Self.normalised)))
            })
    }

    private static func normalised(_ check: PolicyCheck) -> ConfigurationNode {
        var score: ScoreAction?
        if case .frontend(.scoreAction(let action)) = check.definition.decider { score = action }
        return ConfigurationNode(mapping: [
            ("check", ConfigurationNode(check.definition.name)),
            ("name", check.name == check.definition.name ? nil : ConfigurationNode(check.name)),
            ("threshold", score.map { ConfigurationNode(Int($0.threshold)) }),
            ("match", score.map { ConfigurationNode($0.matchesBelow ? "at-most" : "at-least") }),
            ("action", score.map { ConfigurationNode($0.action.text) }),
            ("mode", ConfigurationNode(check.mode.rawValue)),
            ("applies-to", ConfigurationNode(check.appliesTo.rawValue)),
            (
                "on-failure",
                ConfigurationNode(mapping: [
                    ("authenticated", ConfigurationNode(check.failureRules.authenticated.rawValue)),
                    ("unauthenticated", ConfigurationNode(check.failureRules.unauthenticated.rawValue)),
                ])
            ),
            ("limit", ConfigurationNode(TimeSpan.milliseconds(Int64(check.limit)))),
            ("may-permit", ConfigurationNode(check.mayPermit)),
        ])
    }
}

extension ConfigurationReading where Value == PolicyAction {
    /// A Postfix action (access(5)).
    static var policyAction: ConfigurationReading<PolicyAction> {
        .parsed("a Postfix action such as REJECT with a text, HOLD or PREPEND X-Name: value", placeholder: .dunno) {
            PolicyAction(parsing: $0)
        }
    }
}
