internal import PostfixProtocol
internal import ServiceProtocol
internal import ServiceRuntime

/// What the frontend counts: decisions by state and kind, verdicts and failures by check, lookups, and latencies.
///
/// The counters of checks are found when the policies are loaded, so that a decision builds no name.
final class FrontendTally {
    let counters = Counters()
    private var plans: [ObjectIdentifier: PlanCounters] = [:]
    private var lookups: [String: [String: Counters.Counter]] = [:]
    /// By state and kind: most requests are of few sorts, so each finds its counters without a hash.
    private var decisions: [[Counters.Counter?]] = Array(
        repeating: Array(repeating: nil, count: PolicyAction.Kind.allCases.count), count: ProtocolState.allCases.count)
    private var latencies: [Counters.Latency?] = Array(repeating: nil, count: ProtocolState.allCases.count)

    /// The counters of a policy's checks, by position and, where there are several for one, by number.
    ///
    /// In few arrays for all of them: one for each check would be retained for each count.
    private final class PlanCounters {
        let words: [Counters.Counter]
        let shadows: [Counters.Counter]
        let failures: [Counters.Counter]
        let latencies: [Counters.Latency]

        init(_ plan: PolicyPlan, in counters: Counters) {
            let names = plan.checks.map { "checks.\($0.name)" }
            words = names.flatMap { name in
                Verdict.Word.allCases.map { counters.counter("\(name).\($0.text)") }
            }
            shadows = names.map { counters.counter("\($0).shadow") }
            failures = names.flatMap { name in
                FailureReason.allCases.map { counters.counter("\(name).failed.\($0.word)") }
            }
            latencies = names.map { counters.latency("\($0).time") }
        }
    }

    private static let words = Verdict.Word.allCases.count
    private static let reasons = FailureReason.allCases.count

    /// Policies are loaded. Checks of the same name share their counters.
    func prepare(_ policies: PolicySet) {
        let plans = policies.plans.values.flatMap(\.values)
        self.plans = Dictionary(
            uniqueKeysWithValues: plans.map { (ObjectIdentifier($0), PlanCounters($0, in: counters)) })
    }

    func decided(_ decision: PolicyDecision, state: ProtocolState) {
        counters.add(to: counter(state, decision.action.kind))
        counters.record(microseconds: Int64(decision.microseconds), in: latency(state))
        guard let plan = decision.plan, !(decision.outcomes.isEmpty && decision.answers.isEmpty) else { return }
        // Only a request that was under way during a reload has a plan of before.
        let checks = plans[ObjectIdentifier(plan)] ?? PlanCounters(plan, in: counters)
        for (position, outcome) in decision.outcomes {
            switch outcome {
            case .verdict(let word, let isShadow):
                counters.add(to: checks.words[position * Self.words + word.rawValue])
                if isShadow { counters.add(to: checks.shadows[position]) }
            case .failed(let reason):
                counters.add(to: checks.failures[position * Self.reasons + reason.rawValue])
            }
        }
        for (positions, microseconds) in decision.answers {
            for position in positions {
                counters.record(microseconds: Int64(microseconds), in: checks.latencies[position])
            }
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
