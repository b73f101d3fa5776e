public import PostfixProtocol

/// Actions that are remembered while reading goes on; one of them becomes the reply when no check decides.
public struct CarriedActions: Sendable, Equatable {
    /// One remembered action.
    public struct Item: Sendable, Equatable {
        /// What to do.
        public var action: PolicyAction
        /// The check that said so.
        public var check: String
        /// Why.
        public var reason: String
        /// Whether a failure rule said so.
        public var isFailureRule: Bool
        /// Whether it waited in the session from an earlier request of the message.
        public var isFromSession: Bool

        /// An action of a check.
        public init(
            action: PolicyAction, check: String, reason: String = "", isFailureRule: Bool = false,
            isFromSession: Bool = false
        ) {
            self.action = action
            self.check = check
            self.reason = reason
            self.isFailureRule = isFailureRule
            self.isFromSession = isFromSession
        }
    }

    /// In the order they were remembered.
    public private(set) var items: [Item] = []

    /// Nothing remembered.
    public init() {}

    /// What waited in the session.
    public init(waiting: [Item]) {
        items = waiting.map { item in
            var item = item
            item.isFromSession = true
            return item
        }
    }

    /// Remembers `item`.
    public mutating func add(_ item: Item) {
        items.append(item)
    }

    /// Whether a deferral is among them.
    public var hasDeferral: Bool { items.contains { Self.isDeferral($0.action) } }

    static func isDeferral(_ action: PolicyAction) -> Bool {
        action.kind == .deferIfPermit || action.kind == .deferIfReject
    }

    /// Takes the action that is the reply, when no check gave a final verdict.
    ///
    /// A deferral first, then DISCARD, REDIRECT, FILTER, HOLD, then PREPEND and BCC, then WARN and INFO; equals in
    /// the order they were remembered. Postfix ignores PREPEND at END-OF-MESSAGE (access(5)), so there it is never
    /// the reply.
    public mutating func takeReply(at state: ProtocolState) -> Item? {
        var best: (index: Int, rank: Int)?
        for (index, item) in items.enumerated() {
            if state == .endOfMessage, item.action.kind == .prepend { continue }
            let rank = Self.rank(item)
            if rank < best?.rank ?? .max { best = (index, rank) }
        }
        return best.map { items.remove(at: $0.index) }
    }

    private static func rank(_ item: Item) -> Int {
        switch item.action.kind {
        case .deferIfPermit, .deferIfReject:
            item.isFailureRule ? 2 : item.action.kind == .deferIfPermit ? 0 : 1
        case .discard: 3
        case .redirect: 4
        case .filter: 5
        case .hold: 6
        case .prepend, .bcc: 7
        case .warn, .info: 8
        default: 9
        }
    }

    /// What waits for the next request of the message, and what can only be logged.
    ///
    /// HOLD, REDIRECT, FILTER, PREPEND and BCC wait; PREPEND no longer after DATA, the others no longer after
    /// END-OF-MESSAGE. After a final refusal only what waited already goes on waiting.
    public func remainder(at state: ProtocolState, afterRefusal: Bool) -> (waiting: [Item], lost: [Item]) {
        var waiting: [Item] = [], lost: [Item] = []
        for item in items {
            if afterRefusal, !item.isFromSession { continue }
            switch item.action.kind {
            case .hold, .redirect, .filter, .bcc:
                if state == .endOfMessage { lost.append(item) } else { waiting.append(item) }
            case .prepend:
                let isTooLate = state == .data || state == .endOfMessage
                if isTooLate { lost.append(item) } else { waiting.append(item) }
            case .discard: lost.append(item)
            default: continue
            }
        }
        return (waiting, lost)
    }
}
