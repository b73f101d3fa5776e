internal import Logging
internal import SQLStore
internal import Synchronization

/// Says once that the database fails, and once that it works again.
final class StoreAlarm: Sendable {
    private let isFailing = Mutex(false)
    private let log: Logger

    /// An alarm that has not gone off.
    init(log: Logger) {
        self.log = log
    }

    /// Notes a failure.
    func failed(_ error: SQLError) {
        let isNew = isFailing.withLock { isFailing in
            defer { isFailing = true }
            return !isFailing
        }
        if isNew { log.error("database fails, nothing is greylisted by it until it works again: \(error)") }
    }

    /// Notes that something was read or recorded.
    func worked() {
        let isEnd = isFailing.withLock { isFailing in
            defer { isFailing = false }
            return isFailing
        }
        if isEnd { log.notice("database works again") }
    }

    /// Notes what the store says of its connection.
    func changed(to state: StoreState) {
        switch state {
        case .available: worked()
        case .unavailable(let error): failed(error)
        }
    }
}
