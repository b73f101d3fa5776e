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
            guard !isClosed, elements.count < capacity else { return false }
            elements.append(element)
            if isAwaited {
                // Once: before it wakes others may come, which it sees too.
                isAwaited = false
                condition.signal()
            }
            return true
        }
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
