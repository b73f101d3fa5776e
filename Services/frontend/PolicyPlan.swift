public import MailTypes
public import PostfixProtocol
internal import ServiceProtocol

/// One policy for one protocol state, ready to be read: the checks in their order of precedence, cut into stages.
public final class PolicyPlan: Sendable {
    /// The policy's name; part of the recording key.
    public let policy: String
    /// The protocol state.
    public let state: ProtocolState
    /// The checks in the order of precedence.
    public let checks: [PlannedCheck]
    /// The same, cut into stages.
    public let stages: [Stage]
    /// Whether the recipients accepted here are used later in the message.
    public let remembersRecipients: Bool
    /// Whether a check wants cheap facts.
    let wantsFacts: Bool
    /// Whether a check may need costly facts whose names are known beforehand.
    let mayNeedFacts: Bool
    /// Where each check stands at the beginning, by the client's standing. Copied for each request, since a new array
    /// costs more.
    private let beginnings: [[PolicyEvaluation.CheckState]]
    /// Whether a check applies to strangers alone, so that the trusted networks matter.
    let asksForTrust: Bool

    /// A plan for `checks`.
    public init(policy: String, state: ProtocolState, checks: [PolicyCheck], remembersRecipients: Bool = false) {
        self.policy = policy
        self.state = state
        self.checks = checks.map(PlannedCheck.init)
        self.stages = Stage.cut(checks)
        self.remembersRecipients = remembersRecipients
        wantsFacts = checks.contains { !$0.wants.isEmpty }
        mayNeedFacts = checks.contains { !$0.definition.mayNeed.isEmpty }
        beginnings = ClientStanding.allCases.map { standing in
            checks.map { $0.appliesTo.includes(standing) ? .undecided : .skipped }
        }
        asksForTrust = checks.contains { $0.appliesTo == .unauthenticated }
    }

    /// Where each check stands at the beginning: what does not apply to such a client is skipped.
    func beginning(for standing: ClientStanding) -> [PolicyEvaluation.CheckState] {
        beginnings[standing.rawValue]
    }

    /// The longest a request may take by its checks' limits, in milliseconds.
    public var limit: Int { stages.reduce(0) { $0 + $1.limit } }

    /// Places where a reading check follows a recording one: what it refuses has been recorded already.
    public var readingAfterRecording: [(reading: String, recording: String)] {
        var recording: PlannedCheck?
        return checks.compactMap { check in
            if check.definition.records { recording = check }
            guard let recording, !check.definition.records else { return nil }
            return (check.name, recording.name)
        }
    }
}

/// All policies of a frontend and what their checks share.
public final class PolicySet: Sendable {
    /// Plans by policy name and protocol state.
    public let plans: [String: [ProtocolState: PolicyPlan]]
    /// Which service provides a kind of fact.
    public let providers: [String: String]
    /// Clients to which unauthenticated checks do not apply.
    public let trustedNetworks: TrustedNetworks
    /// This host's names, lower-case.
    public let hostnames: Set<String>
    /// The whole request's limit in milliseconds.
    public let deadline: Int

    /// Policies from their lists of checks.
    public init(
        policies: [String: [ProtocolState: [PolicyCheck]]], providers: [String: String] = CheckCatalog.providers,
        trustedNetworks: TrustedNetworks, hostnames: Set<String>, deadline: Int = 10_000
    ) {
        var plans: [String: [ProtocolState: PolicyPlan]] = [:]
        for (policy, states) in policies {
            // A policy without checks is still one that can be picked.
            plans[policy] = [:]
            let later = [ProtocolState.data, .endOfMessage].flatMap { states[$0] ?? [] }
            let usesRecipients = later.contains { $0.definition.usesRecipients }
            for (state, checks) in states {
                plans[policy, default: [:]][state] = PolicyPlan(
                    policy: policy, state: state, checks: checks, remembersRecipients: usesRecipients)
            }
            if usesRecipients, plans[policy]?[.rcpt] == nil {
                plans[policy, default: [:]][.rcpt] = PolicyPlan(
                    policy: policy, state: .rcpt, checks: [], remembersRecipients: true)
            }
        }
        self.plans = plans
        self.providers = providers
        self.trustedNetworks = trustedNetworks
        self.hostnames = hostnames
        self.deadline = deadline
    }

    /// The policy for a request on a listener: the one its `policy_context` names, if there is one, else the
    /// listener's.
    public func policyName(for request: PolicyRequest, listenerPolicy: String) -> String {
        guard !request.isEmpty(.policyContext) else { return listenerPolicy }
        let context = request.string(.policyContext)
        return plans[context] == nil ? listenerPolicy : context
    }
}
