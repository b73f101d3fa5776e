internal import PostfixProtocol
internal import ServiceProtocol
internal import ServiceRuntime

/// What the frontend counts: decisions by state and kind, verdicts and failures by check, lookups, and latencies.
///
/// The counters of checks are found when the policies are loaded, so that a decision builds no name.
final class FrontendTally {
    let counters = Counters()
    private var plans: [ObjectIdentifier: [CheckCounters]] = [:]
    private var lookups: [String: [String: Counters.Counter]] = [:]
    /// By state and kind: most requests are of few sorts, so each finds its counters without a hash.
    private var decisions: [[Counters.Counter?]] = Array(
        repeating: Array(repeating: nil, count: PolicyAction.Kind.allCases.count), count: ProtocolState.allCases.count)
    private var latencies: [Counters.Latency?] = Array(repeating: nil, count: ProtocolState.allCases.count)

    /// The counters of one check of a policy.
    private struct CheckCounters {
        let words: [Counters.Counter]
        let shadow: Counters.Counter
        let failures: [Counters.Counter]
        let latency: Counters.Latency

        init(_ check: String, in counters: Counters) {
            words = Verdict.Word.allCases.map { counters.counter("checks.\(check).\($0.text)") }
            shadow = counters.counter("checks.\(check).shadow")
            failures = FailureReason.allCases.map { counters.counter("checks.\(check).failed.\($0.word)") }
            latency = counters.latency("checks.\(check).time")
        }
    }

    /// Policies are loaded. Checks of the same name share their counters.
    func prepare(_ policies: PolicySet) {
        let plans = policies.plans.values.flatMap(\.values)
        self.plans = Dictionary(uniqueKeysWithValues: plans.map { (ObjectIdentifier($0), counters(of: $0)) })
    }

    private func counters(of plan: PolicyPlan) -> [CheckCounters] {
        plan.checks.map { CheckCounters($0.name, in: counters) }
    }

    func decided(_ decision: PolicyDecision, state: ProtocolState) {
        counters.add(to: counter(state, decision.action.kind))
        counters.record(microseconds: Int64(decision.microseconds), in: latency(state))
        guard let plan = decision.plan, !(decision.outcomes.isEmpty && decision.answers.isEmpty) else { return }
        // Only a request that was under way during a reload has a plan of before.
        let checks = plans[ObjectIdentifier(plan)] ?? counters(of: plan)
        for (position, outcome) in decision.outcomes { count(outcome, of: checks[position]) }
        for (positions, microseconds) in decision.answers {
            for position in positions {
                counters.record(microseconds: Int64(microseconds), in: checks[position].latency)
            }
        }
    }

    private func count(_ outcome: PolicyDecision.Outcome, of check: CheckCounters) {
        switch outcome {
        case .verdict(let word, let isShadow):
            counters.add(to: check.words[word.rawValue])
            if isShadow { counters.add(to: check.shadow) }
        case .failed(let reason):
            counters.add(to: check.failures[reason.rawValue])
        }
    }

    func lookedUp(map: String, result: String) {
        counters.add(to: lookupCounter(map, result))
    }

    /// The maps and the results are closed sets: CheckCatalog.lookupWants, and LookupResult or `failed`.
    private func lookupCounter(_ map: String, _ result: String) -> Counters.Counter {
        if let known = lookups[map]?[result] { return known }
        let made = counters.counter("lookups.\(map).\(result)")
        lookups[map, default: [:]][result] = made
        return made
    }

    /// A service was configured: what is counted of it is shown from the beginning.
    func prepare(service: String) {
        _ = counters.counter(Self.breakerName(service))
    }

    /// A service is left alone.
    func breakerOpened(service: String) {
        counters.count(Self.breakerName(service))
    }

    private static func breakerName(_ service: String) -> String { "services.\(service).breaker-opened" }

    func count(_ name: String) {
        counters.count(name)
    }

    /// The figures by name; of checks only those that are not 0, for most of what a check may say it never says.
    func rows() -> [(name: String, value: UInt64)] {
        counters.snapshot().filter { $0.value != 0 || !$0.name.hasPrefix("checks.") }
    }

    private func counter(_ state: ProtocolState, _ kind: PolicyAction.Kind) -> Counters.Counter {
        if let known = decisions[state.rawValue][kind.rawValue] { return known }
        let made = counters.counter("decisions.\(state.name).\(kind)")
        decisions[state.rawValue][kind.rawValue] = made
        return made
    }

    private func latency(_ state: ProtocolState) -> Counters.Latency {
        if let known = latencies[state.rawValue] { return known }
        let made = counters.latency("time.\(state.name)")
        latencies[state.rawValue] = made
        return made
    }
}
