internal import PostfixProtocol
internal import ServiceRuntime
internal import ServiceTransport

/// What the frontend counts: decisions by state and kind, outcomes by check, failures, and latencies.
final class FrontendTally {
    let counters = Counters()
    private var outcomes: [String: [Counters.Counter]] = [:]
    private var lookups: [String: [String: Counters.Counter]] = [:]
    /// By state and kind: most requests are of few sorts, so each finds its counters without a hash.
    private var decisions: [[Counters.Counter?]] = Array(
        repeating: Array(repeating: nil, count: PolicyAction.Kind.allCases.count), count: ProtocolState.allCases.count)
    private var latencies: [Counters.Latency?] = Array(repeating: nil, count: ProtocolState.allCases.count)

    func decided(_ decision: PolicyDecision, state: ProtocolState) {
        counters.add(to: counter(state, decision.action.kind))
        counters.record(microseconds: Int64(decision.microseconds), in: latency(state))
        for (check, outcome) in decision.outcomes { counters.add(to: counter(check, outcome)) }
    }

    func lookedUp(map: String, result: String) {
        if let known = lookups[map]?[result] { return counters.add(to: known) }
        let made = counters.counter("lookups.\(map).\(result)")
        lookups[map, default: [:]][result] = made
        counters.add(to: made)
    }

    func count(_ name: String) {
        counters.count(name)
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

    private func counter(_ check: String, _ outcome: PolicyDecision.Outcome) -> Counters.Counter {
        let index = outcome.place
        if let known = outcomes[check] { return known[index] }
        let made = PolicyDecision.Outcome.allCases.map { counters.counter("checks.\(check).\($0.rawValue)") }
        outcomes[check] = made
        return made[index]
    }
}

extension PolicyDecision.Outcome {
    fileprivate var place: Int {
        switch self {
        case .none: 0
        case .pass: 1
        case .final: 2
        case .carried: 3
        case .failed: 4
        case .shadow: 5
        }
    }
}
