/// Actions in the order in which they are to be carried out, also those that come up while others are.
///
/// They are moved out, not copied: an action may hold a whole decision.
public struct ActionQueue<Action> {
    /// What came last.
    public var waiting: [Action] = []
    /// What is being carried out, the next one at the end.
    @usableFromInline var current: [Action] = []
    @usableFromInline var isBusy = false

    /// Nothing to do.
    @inlinable public init() {}

    /// Whether the caller is to carry out what waits; false when somebody is at it already, and will do this too.
    @inlinable public mutating func begin() -> Bool {
        guard !isBusy else { return false }
        isBusy = true
        return true
    }

    /// The next action; nil ends what ``begin()`` began.
    @inlinable public mutating func next() -> Action? {
        if current.isEmpty {
            guard !waiting.isEmpty else {
                isBusy = false
                return nil
            }
            swap(&current, &waiting)
            if current.count > 1 { current.reverse() }
        }
        return current.popLast()
    }
}
