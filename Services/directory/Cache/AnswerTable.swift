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
    }

    private var young: [Lookup: Entry] = [:]
    private var old: [Lookup: Entry] = [:]
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
        guard let entry = young[lookup] ?? old[lookup], entry.expires > now else { return nil }
        return entry.answer
    }

    /// An answer that is too old, but may serve.
    package func staleAnswer(to lookup: Lookup, now: Int) -> Answer? {
        guard let entry = young[lookup] ?? old[lookup], entry.goesBad > now else { return nil }
        return entry.answer
    }

    /// Keeps an answer; failures are not kept.
    package mutating func keep(_ answer: Answer, to lookup: Lookup, now: Int) {
        if case .failed = answer { return }
        put(Entry(answer: answer, expires: now + lifetime, goesBad: now + lifetime + staleLifetime), lookup)
    }

    private mutating func put(_ entry: Entry, _ lookup: Lookup) {
        if young.count >= capacity / 2, young[lookup] == nil {
            old = young
            young = [:]
        }
        young[lookup] = entry
    }

    /// Takes other limits for what comes from now on.
    package mutating func adopt(lifetime: Int, staleLifetime: Int, capacity: Int) {
        self.lifetime = lifetime
        self.staleLifetime = staleLifetime
        self.capacity = max(2, capacity)
    }

    /// Forgets everything.
    package mutating func removeAll() {
        young = [:]
        old = [:]
    }
}
