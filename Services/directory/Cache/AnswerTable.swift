/// Answers by question, each for some time, not more than so many.
///
/// Two halves take turns: when the young one is full, the old one is dropped whole. So keeping the bound costs nothing
/// for each answer, and what is asked for again and again is in the young half most of the time. Times are
/// milliseconds of a monotonic clock.
package struct AnswerTable: Sendable {
    private struct Entry: Sendable {
        var answer: Answer
        /// Until when it is as good as new.
        var expires: Int
        /// Until when it is better than nothing.
        var goesBad: Int
        /// Its backend's when it was kept.
        var edition: Int
    }

    private var young: [Lookup: Entry] = [:]
    private var old: [Lookup: Entry] = [:]
    /// By backend: which edition of what it holds is good. Answers of earlier ones lie there until their place is needed.
    private var editions = [Int](repeating: 0, count: Lookup.Backend.allCases.count)
    private var empty = EmptyKinds()
    private var lifetime: Int
    private var staleLifetime: Int
    private var capacity: Int

    /// A table for so many answers.
    /// - Parameters:
    ///   - lifetime: How long an answer is good.
    ///   - staleLifetime: How much longer it may serve when there is no newer one to be had.
    package init(lifetime: Int, staleLifetime: Int, capacity: Int) {
        self.lifetime = lifetime
        self.staleLifetime = staleLifetime
        self.capacity = max(2, capacity)
    }

    /// How many answers are kept.
    package var count: Int { young.count + old.count }

    /// The answer, unless it is too old.
    package func answer(to lookup: Lookup, now: Int) -> Answer? {
        guard let entry = entry(of: lookup), entry.expires > now else { return nil }
        return entry.answer
    }

    /// An answer that is too old, but may serve.
    package func staleAnswer(to lookup: Lookup, now: Int) -> Answer? {
        guard let entry = entry(of: lookup), entry.goesBad > now else { return nil }
        return entry.answer
    }

    /// The kinds of which there are no rows, and no answer that says otherwise.
    package func emptyKinds(now: Int) -> Lookup.Kinds { empty.kinds(now) }

    private func entry(of lookup: Lookup) -> Entry? {
        guard let entry = young[lookup] ?? old[lookup], entry.edition == edition(of: lookup) else { return nil }
        return entry
    }

    /// Grows when everything that the look-up's backend has answered is forgotten: what was asked before then is not to
    /// be kept.
    package func edition(of lookup: Lookup) -> Int { editions[lookup.backend.rawValue] }

    /// Keeps an answer; failures are not kept.
    package mutating func keep(_ answer: Answer, to lookup: Lookup, now: Int) {
        if case .failed = answer { return }
        let expires = now + lifetime
        put(
            Entry(answer: answer, expires: expires, goesBad: expires + staleLifetime, edition: edition(of: lookup)),
            lookup)
        empty.note(answer, to: lookup, until: expires)
    }

    private mutating func put(_ entry: Entry, _ lookup: Lookup) {
        if young.count >= capacity / 2, young[lookup] == nil {
            old = young
            young = [:]
            let kept = old
            empty.forget { kept[.rows($0)] == nil }
        }
        young[lookup] = entry
    }

    /// Takes other limits for what comes from now on.
    package mutating func adopt(lifetime: Int, staleLifetime: Int, capacity: Int) {
        self.lifetime = lifetime
        self.staleLifetime = staleLifetime
        self.capacity = max(2, capacity)
    }

    /// Forgets what one backend has answered.
    package mutating func forget(_ backend: Lookup.Backend) {
        editions[backend.rawValue] += 1
        empty.forget { Lookup.rows($0).backend == backend }
    }

    /// Forgets everything.
    package mutating func removeAll() {
        for backend in Lookup.Backend.allCases { forget(backend) }
        young = [:]
        old = [:]
    }
}
