internal import Synchronization

/// The rules in force, shared by the event loop and the store's thread.
final class CurrentRules: Sendable {
    private let rules: Mutex<GreylistRules>

    /// Begins with these.
    init(_ rules: GreylistRules) {
        self.rules = Mutex(rules)
    }

    /// The rules for attempts that come now.
    var value: GreylistRules {
        get { rules.withLock { $0 } }
        set { rules.withLock { $0 = newValue } }
    }
}
