internal import Synchronization

/// Tells once that a store fails, and once that it works again, however many requests meet it in between.
public final class StoreAlarm: Sendable {
    private let isFailing = Mutex(false)
    private let onFailure: @Sendable (SQLError) -> Void
    private let onRecovery: @Sendable () -> Void

    /// An alarm that has not gone off.
    public init(
        onFailure: @escaping @Sendable (SQLError) -> Void, onRecovery: @escaping @Sendable () -> Void
    ) {
        self.onFailure = onFailure
        self.onRecovery = onRecovery
    }

    /// Whether what was noted last is a failure.
    public var isRinging: Bool { isFailing.withLock { $0 } }

    /// Notes a failure.
    public func failed(_ error: SQLError) {
        if change(to: true) { onFailure(error) }
    }

    /// Notes that something was read or recorded.
    public func worked() {
        if change(to: false) { onRecovery() }
    }

    /// Notes what the store says of its connection.
    public func changed(to state: StoreState) {
        switch state {
        case .available: worked()
        case .unavailable(let error): failed(error)
        }
    }

    private func change(to state: Bool) -> Bool {
        isFailing.withLock { current in
            defer { current = state }
            return current != state
        }
    }
}
