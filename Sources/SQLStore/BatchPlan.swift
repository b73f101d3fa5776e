/// The members of one attempt, sorted out: whose verdict is stored, who is decided now, and who asks the same as another
/// of them. Nothing of it depends on what is decided, so it is one code for all stores.
struct BatchPlan {
    /// What a batch has to know of an operation.
    struct Member {
        /// The operation's place among those that were handed in.
        var index: Int
        var seen: SeenKey?
        /// CLOCK_MONOTONIC in milliseconds.
        var deadline: Int
        var isRepeatable: Bool

        init(_ operation: some RecordingOperation, index: Int) {
            self.index = index
            seen = operation.key.map { SeenKey(key: $0, check: operation.check) }
            deadline = operation.deadline
            isRepeatable = operation.isRepeatable
        }
    }

    /// Where a member's verdict comes from, by the place of the verdict.
    enum Source: Equatable {
        /// Among ``BatchPlan/stored``.
        case stored(Int)
        /// Among those of ``BatchPlan/fresh``.
        case decided(Int)
        /// Among those of ``BatchPlan/fresh`` too, for another member.
        case repeated(Int)
    }

    /// One for each member, in order.
    private(set) var sources: [Source] = []
    /// The members that are decided.
    private(set) var fresh: [Member] = []
    /// The stored verdicts of members whose keys were seen before, as texts.
    private(set) var stored: [String] = []

    /// The keys of the members, each once, in the order in which all stores take their locks.
    static func keys(_ members: [Member]) -> [SeenKey] {
        var keys: [SeenKey] = []
        keys.reserveCapacity(members.count)
        for key in members.compactMap(\.seen).sorted() where key != keys.last { keys.append(key) }
        return keys
    }

    /// Sorts members out.
    /// - Parameters:
    ///   - keys: Their keys, as ``keys(_:)`` gives them.
    ///   - verdicts: For each key the verdict that is stored with it, if it was seen before.
    init(_ members: [Member], keys: [SeenKey], verdicts: [String?]) {
        var known: [SeenKey: String] = [:]
        for (key, verdict) in zip(keys, verdicts) {
            if let verdict { known[key] = verdict }
        }
        let hasRepeats = members.count { $0.seen != nil } > keys.count
        var first: [SeenKey: Int] = [:]
        sources.reserveCapacity(members.count)
        fresh.reserveCapacity(members.count)
        for member in members {
            if !known.isEmpty, let seen = member.seen, let verdict = known[seen] {
                sources.append(.stored(stored.count))
                stored.append(verdict)
            } else if hasRepeats, let seen = member.seen, let earlier = first[seen] {
                sources.append(.repeated(earlier))
            } else {
                sources.append(.decided(fresh.count))
                if hasRepeats, let seen = member.seen { first[seen] = fresh.count }
                fresh.append(member)
            }
        }
    }
}
