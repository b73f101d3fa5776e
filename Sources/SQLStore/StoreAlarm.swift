internal import Synchronization

/// Tells once that a store fails, and once that it works again, however many requests meet it in between.
public final class StoreAlarm: Sendable {
    /// How a store stands.
    public enum Standing: String, Sendable {
        /// It has not been tried yet.
        case opening
        /// What was noted last is no failure.
        case working
        /// What was noted last is a failure.
        case failing

        /// How several stand together: as the one of which there is most to fear.
        public static func all(_ standings: some Sequence<Standing>) -> Standing {
            standings.contains(.failing) ? .failing : standings.contains(.opening) ? .opening : .working
        }
    }

    private let noted = Mutex(Standing.opening)
    private let onFailure: @Sendable (SQLError) -> Void
    private let onRecovery: @Sendable () -> Void

    /// An alarm that has not gone off.
    public init(
        onFailure: @escaping @Sendable (SQLError) -> Void, onRecovery: @escaping @Sendable () -> Void
    ) {
        self.onFailure = onFailure
        self.onRecovery = onRecovery
    }

    /// How the store stands.
    public var standing: Standing { noted.withLock { $0 } }

    /// Notes a failure.
    public func failed(_ error: SQLError) {
        if change(to: .failing) != .failing { onFailure(error) }
    }

    /// Notes that something was read or recorded.
    public func worked() {
        if change(to: .working) == .failing { onRecovery() }
    }

    /// Notes what the store says of its connection.
    public func changed(to state: StoreState) {
        switch state {
        case .available: worked()
        case .unavailable(let error): failed(error)
        }
    }

    /// Returns how it stood before.
    private func change(to standing: Standing) -> Standing {
        noted.withLock { current in
            defer { current = standing }
            return current
        }
    }
}
