internal import Glibc

/// The bounded queue before a store's thread. Many put, one takes everything that waits.
final class Mailbox<Element: Sendable>: @unchecked Sendable {
    /// What ``take(maximum:waiting:)`` found.
    enum Taken {
        case elements([Element])
        case nothing
        case closed
    }

    private let condition = Condition()
    private let capacity: Int
    private var elements: [Element] = []
    private var isClosed = false
    private var isAwaited = false

    init(capacity: Int) {
        self.capacity = capacity
    }

    /// Adds an element.
    /// - Returns: False when the mailbox is full or closed.
    func put(_ element: Element) -> Bool {
        condition.locked {
            guard room > 0 else { return false }
            elements.append(element)
            wake()
            return true
        }
    }

    /// Adds elements, in their order.
    /// - Returns: How many; the others, the last ones, found the mailbox full or closed.
    func put(_ added: [Element]) -> Int {
        condition.locked {
            let count = min(added.count, room)
            guard count > 0 else { return 0 }
            elements += added.prefix(count)
            wake()
            return count
        }
    }

    /// How many elements may be added. Called under the lock, as is what follows.
    private var room: Int { isClosed ? 0 : capacity - elements.count }

    private func wake() {
        guard isAwaited else { return }
        // Once: before it wakes others may come, which it sees too.
        isAwaited = false
        condition.signal()
    }

    /// Takes up to `maximum` elements, in order; waits up to `milliseconds` when there are none. `closed` comes only
    /// when nothing is left.
    ///
    /// After a wait others run first: who has put an element often puts more at once, and what is taken together is one
    /// round trip, or one commit.
    func take(maximum: Int, waiting milliseconds: Int) -> Taken {
        if wait(milliseconds) { sched_yield() }
        return condition.locked {
            guard !elements.isEmpty else { return isClosed ? .closed : .nothing }
            return .elements(removeFirst(maximum))
        }
    }

    /// Waits while there is nothing.
    /// - Returns: Whether something came.
    private func wait(_ milliseconds: Int) -> Bool {
        condition.locked {
            guard elements.isEmpty else { return false }
            isAwaited = true
            while elements.isEmpty, !isClosed, condition.wait(milliseconds: max(0, milliseconds)) {}
            isAwaited = false
            return !elements.isEmpty
        }
    }

    /// Refuses what comes from now on. What waits is still taken.
    func close() {
        condition.locked {
            isClosed = true
            condition.signal()
        }
    }

    private func removeFirst(_ maximum: Int) -> [Element] {
        guard elements.count > max(1, maximum) else {
            var taken: [Element] = []
            taken.reserveCapacity(elements.count)
            swap(&taken, &elements)
            return taken
        }
        let taken = Array(elements.prefix(max(1, maximum)))
        elements.removeFirst(taken.count)
        return taken
    }
}
