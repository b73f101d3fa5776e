internal import ServiceProtocol
internal import Synchronization

/// What a service's runtime counts: requests by kind, and by check its verdicts, its errors and how long answers took.
/// From any thread; an answer builds no name.
final class ServiceTally: Sendable {
    /// What is counted beside the checks' answers.
    enum Event: String, CaseIterable {
        case facts, lookups, upkeep, direct, needs
        /// An answer about a check that the service does not have: somebody asked for it by a wrong name.
        case unknownCheck = "unknown-check"
    }

    /// The figures of one check.
    private struct Check {
        var words = [UInt64](repeating: 0, count: Verdict.Word.allCases.count)
        var errors: UInt64 = 0
        var latency = LatencyHistogram()
    }

    private struct State {
        var events: [Event: UInt64] = [:]
        var checks: [Check]
        /// The question that was answered last, and the places of its checks' figures; nil for one there is not.
        var lastAsked: AskedChecks?
        var lastPlaces: [Int?] = []

        /// The next question is nearly always the same.
        mutating func places(of asked: AskedChecks, in names: [String]) -> [Int?] {
            if asked !== lastAsked {
                lastAsked = asked
                lastPlaces = asked.names.map { names.firstIndex(of: $0) }
            }
            return lastPlaces
        }
    }

    /// The checks' names, in the order of their figures.
    private let names: [String]
    private let state: Mutex<State>

    /// A tally for the checks a service decides.
    init(checks: [String]) {
        names = checks
        state = Mutex(State(checks: checks.map { _ in Check() }))
    }

    func count(_ event: Event) {
        state.withLock { $0.events[event, default: 0] &+= 1 }
    }

    func answered(_ reply: CheckReply, to asked: AskedChecks, since start: MonotonicInstant) {
        answered(reply, to: asked, microseconds: MonotonicInstant.now.microseconds(since: start))
    }

    /// - Parameter asked: the checks that were asked for; the results come in their order.
    func answered(_ reply: CheckReply, to asked: AskedChecks, microseconds: Int) {
        guard case .results(let results) = reply else { return count(.needs) }
        state.withLock { state in
            let places = state.places(of: asked, in: names)
            for index in 0..<min(places.count, results.count) {
                guard let place = places[index] else {
                    state.events[.unknownCheck, default: 0] &+= 1
                    continue
                }
                state.checks[place].latency.record(microseconds: Int64(microseconds))
                switch results[index].result {
                case .error: state.checks[place].errors &+= 1
                case .verdict(let verdict, _, _): state.checks[place].words[verdict.word.rawValue] &+= 1
                }
            }
        }
    }

    /// The figures by name, of checks only those that are not 0; times in microseconds.
    func rows() -> [(name: String, value: String)] {
        let (events, checks) = state.withLock { ($0.events, $0.checks) }
        var rows = events.map { (name: $0.key.rawValue, value: String($0.value)) }
        for (name, check) in zip(names, checks) {
            let words = zip(Verdict.Word.allCases.map(\.text), check.words)
            let counts = words + [("failed.error", check.errors)]
            rows += counts.filter { $0.1 > 0 }.map { ("checks.\(name).\($0.0)", String($0.1)) }
            guard check.latency.count > 0 else { continue }
            rows += check.latency.rows(name: "checks.\(name).time").map { ($0.name, String($0.value)) }
        }
        return rows.sorted { $0.name < $1.name }
    }
}
