internal import Logging
internal import SQLStore
internal import Synchronization

/// Says once that the store fails, and once that it works again.
final class FailureLog: Sendable {
    private let isFailing = Mutex(false)
    private let log: Logger

    init(_ log: Logger) {
        self.log = log
    }

    /// Whether the last answer of the store was a failure.
    var isOngoing: Bool { isFailing.withLock { $0 } }

    func begin(_ error: SQLError) {
        guard change(to: true) else { return }
        log.error("the database fails, the check's failure rule applies: \(error)")
    }

    func end() {
        guard change(to: false) else { return }
        log.notice("the database works again")
    }

    private func change(to state: Bool) -> Bool {
        isFailing.withLock { current in
            defer { current = state }
            return current != state
        }
    }
}
