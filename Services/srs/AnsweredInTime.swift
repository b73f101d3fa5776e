internal import SQLStore
internal import ServiceProtocol
internal import Synchronization

/// Passes on the store's answer, or a failure shortly before the deadline when the store hangs: a bounce is to be told
/// "try again later" by us, since after the deadline the frontend would tell it that there is no such address.
final class AnsweredInTime: Sendable {
    /// What is left for the answer's way back, in milliseconds.
    static let reserve = 100

    private let body: Mutex<(@Sendable (SRSJob.Answer) -> Void)?>

    init(by deadline: MonotonicInstant, now: MonotonicInstant, _ body: @escaping @Sendable (SRSJob.Answer) -> Void) {
        self.body = Mutex(body)
        // A request without a deadline has one that is far away; the store's own limits end before this one.
        let time = min(deadline.milliseconds - now.milliseconds, 60_000) - Self.reserve
        Task { [weak self] in
            try? await Task.sleep(for: .milliseconds(max(0, time)))
            self?.answer(.failed(SQLError(.timeout, "the database did not answer in time")))
        }
    }

    /// Passes an answer on if it is the first one.
    func answer(_ answer: SRSJob.Answer) {
        let first = body.withLock { body in
            defer { body = nil }
            return body
        }
        first?(answer)
    }
}
