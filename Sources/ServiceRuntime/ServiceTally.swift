internal import ServiceProtocol
internal import Synchronization

/// What a service's runtime counts: requests by kind, results by check, and how long answers took. From any thread.
final class ServiceTally: Sendable {
    private struct State {
        var counts: [String: UInt64] = [:]
        var latency = LatencyHistogram()
    }

    private let state = Mutex(State())

    func count(_ name: String) {
        state.withLock { $0.counts[name, default: 0] &+= 1 }
    }

    func answered(_ reply: CheckReply, since start: MonotonicInstant) {
        let microseconds = MonotonicInstant.now.microseconds(since: start)
        state.withLock { state in
            state.latency.record(microseconds: Int64(microseconds))
            switch reply {
            case .needs: state.counts["needs", default: 0] &+= 1
            case .results(let results):
                for (check, result) in results { state.counts[Self.name(check, result), default: 0] &+= 1 }
            }
        }
    }

    private static func name(_ check: String, _ result: CheckResult) -> String {
        switch result {
        case .error: "\(check).error"
        case .verdict(.none, _, _): "\(check).none"
        case .verdict(.pass, _, _): "\(check).pass"
        case .verdict(.action, _, _): "\(check).action"
        }
    }

    /// The figures by name; times in microseconds.
    func rows() -> [(name: String, value: String)] {
        state.withLock { state in
            var rows = state.counts.map { (name: $0.key, value: String($0.value)) }
            rows.append(("check-time.p50", String(state.latency.percentile(50))))
            rows.append(("check-time.p99", String(state.latency.percentile(99))))
            return rows.sorted { $0.name < $1.name }
        }
    }
}
