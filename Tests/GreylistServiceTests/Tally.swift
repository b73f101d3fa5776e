import ServiceProtocol
import Synchronization

/// Counts answers, from whatever thread they come.
final class Tally: Sendable {
    private let counts = Mutex<[String: Int]>([:])

    var all: [String: Int] { counts.withLock { $0 } }

    func add(_ reply: CheckReply) {
        guard case .results(let results) = reply, results.count == 1 else { return }
        counts.withLock { $0[results[0].result.summary, default: 0] += 1 }
    }
}
