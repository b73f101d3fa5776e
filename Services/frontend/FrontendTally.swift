internal import PostfixProtocol
internal import ServiceRuntime
internal import ServiceTransport

/// What the frontend counts: decisions by state and kind, outcomes by check, failures, and latencies.
final class FrontendTally {
    let counters = Counters()
    private var outcomes: [String: [Counters.Counter]] = [:]
    private var decisions: [ProtocolState: [PolicyAction.Kind: Counters.Counter]] = [:]
    private var latencies: [ProtocolState: Counters.Latency] = [:]

    func decided(_ decision: PolicyDecision, state: ProtocolState) {
        counters.add(to: counter(state, decision.action.kind))
        counters.record(microseconds: Int64(decision.microseconds), in: latency(state))
        for (check, outcome) in decision.outcomes { counters.add(to: counter(check, outcome)) }
    }

    func lookedUp(map: String, result: String) {
        counters.count("lookups.\(map).\(result)")
    }

    func count(_ name: String) {
        counters.count(name)
    }

    private func counter(_ state: ProtocolState, _ kind: PolicyAction.Kind) -> Counters.Counter {
        if let known = decisions[state]?[kind] { return known }
        let made = counters.counter("decisions.\(state.name).\(kind)")
        decisions[state, default: [:]][kind] = made
        return made
    }

    private func latency(_ state: ProtocolState) -> Counters.Latency {
        if let known = latencies[state] { return known }
        let made = counters.latency("time.\(state.name)")
        latencies[state] = made
        return made
    }

    private func counter(_ check: String, _ outcome: PolicyDecision.Outcome) -> Counters.Counter {
        let index = PolicyDecision.Outcome.allCases.firstIndex(of: outcome) ?? 0
        if let known = outcomes[check] { return known[index] }
        let made = PolicyDecision.Outcome.allCases.map { counters.counter("checks.\(check).\($0.rawValue)") }
        outcomes[check] = made
        return made[index]
    }
}
