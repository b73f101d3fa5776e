/// Of which kinds there are no rows at all, as kept answers tell: each question of such a kind is answered alike, so
/// nobody has to make it, or to look for its answer.
///
/// A kind counts only while no answer is kept that has found something of it: that came from before the rows were
/// deleted, or just after one was added, and holds as long as any other.
struct EmptyKinds {
    private struct Times {
        /// Until when the answer holds that there is no row.
        var empty = Int.min
        /// Until when the last one of those answers holds that have found something.
        var found = Int.min
    }

    /// By kind.
    private var times = [Times](repeating: Times(), count: Lookup.Kind.allCases.count)

    /// The kinds of which there is nothing at a moment.
    func kinds(_ now: Int) -> Lookup.Kinds {
        var kinds: Lookup.Kinds = []
        for place in times.indices where times[place].empty > now && times[place].found <= now {
            kinds.insert(Lookup.Kinds(rawValue: 1 << place))
        }
        return kinds
    }

    /// Takes note of an answer that is kept for some time.
    mutating func note(_ answer: Answer, to lookup: Lookup, until expires: Int) {
        if case .rows(let kind) = lookup.question {
            times[kind.rawValue].empty = answer.isNegative ? expires : .min
        } else if let kind = lookup.kind, !answer.isNegative {
            times[kind.rawValue].found = max(times[kind.rawValue].found, expires)
        }
    }

    /// Forgets that there are no rows of some kinds.
    mutating func forget(where isForgotten: (Lookup.Kind) -> Bool) {
        for kind in Lookup.Kind.allCases where isForgotten(kind) { times[kind.rawValue].empty = .min }
    }
}
