internal import SQLStore
internal import ServiceProtocol
internal import Synchronization

/// Passes on the store's answer, or a failure shortly before the deadline when the store hangs: a bounce is to be told
/// "try again later" by us, since after the deadline the frontend would tell it that there is no such address.
final class AnsweredInTime: Sendable {
    /// What is left for the answer's way back, in milliseconds.
    static let reserve = 100

    private struct Waiting {
        var body: (@Sendable (SRSJob.Answer) -> Void)?
        var limit: Task<Void, Never>?
    }

    private let waiting: Mutex<Waiting>

    init(by deadline: MonotonicInstant, now: MonotonicInstant, _ body: @escaping @Sendable (SRSJob.Answer) -> Void) {
        waiting = Mutex(Waiting(body: body))
        // A request without a deadline has one that is far away; the store's own limits end before this one.
        let time = min(deadline.milliseconds - now.milliseconds, 60_000) - Self.reserve
        let limit = Task { [weak self] in
            guard (try? await Task.sleep(for: .milliseconds(max(0, time)))) != nil else { return }
            self?.answer(.failed(SQLError(.timeout, "the database did not answer in time")))
        }
        waiting.withLock { $0.limit = limit }
    }

    /// Passes an answer on if it is the first one.
    func answer(_ answer: SRSJob.Answer) {
        let first = waiting.withLock { waiting in
            defer { waiting = Waiting() }
            return waiting
        }
        first.limit?.cancel()
        first.body?(answer)
    }
}
