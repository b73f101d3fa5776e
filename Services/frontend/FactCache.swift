public import ServiceProtocol

/// Facts for a moment, so that a burst of mail for one domain asks once.
///
/// Short enough that a change made by our own tools is seen everywhere within a second. A provider may be believed
/// longer when it tells the revision of what it knows, as long as it has told the same one within that second, or when
/// it tells how long its answer holds.
public struct FactCache: Sendable {
    private struct Key: Hashable, Sendable {
        var name: FactName
        /// The address of the client for which it was told; empty when it does not depend on one.
        var client: String
    }

    private struct Entry: Sendable {
        var value: String
        var kept: MonotonicInstant
        /// Milliseconds for which it is believed without more, and those for which it is while the revision stands.
        var lifetime: Int
        var longest: Int
        /// The number of the provider's revision; 0 when it told none.
        var revision: Int
    }

    /// What the provider of a kind of fact told last.
    private struct Revision: Sendable {
        var text: String
        var number: Int
        var heard: MonotonicInstant
    }

    private let lifetime: Int
    private let longest: Int
    private let capacity: Int
    private var values: [Key: Entry] = [:]
    private var revisions: [String: Revision] = [:]
    private var lastNumber = 0
    /// Thousandths.
    private var spread = 0

    /// A cache that keeps up to `capacity` facts for `lifetime` milliseconds, and those of a provider whose revision is
    /// no older than that, or that told how long they hold, for up to `longest`.
    public init(lifetime: Int = 900, longest: Int = 10_000, capacity: Int = 10_000) {
        self.lifetime = lifetime
        self.longest = longest
        self.capacity = capacity
    }

    /// Costly facts about clients: kept only as long as their provider said, and at most a minute.
    static func costly() -> FactCache { FactCache(lifetime: 0, longest: 60_000, capacity: 50_000) }

    /// Whether nothing is kept.
    var isEmpty: Bool { values.isEmpty }

    /// The value of `name`, unless it is too old.
    /// - Parameter client: The client's address, for a fact that depends on it.
    public func value(of name: FactName, client: String = "", now: MonotonicInstant) -> String? {
        guard !values.isEmpty, let entry = values[Key(name: name, client: client)] else { return nil }
        if isWithin(entry.lifetime, entry.kept, now) { return entry.value }
        guard entry.revision != 0, isWithin(entry.longest, entry.kept, now), let revision = revisions[name.kind],
            revision.number == entry.revision, isWithin(lifetime, revision.heard, now)
        else { return nil }
        return entry.value
    }

    private func isWithin(_ milliseconds: Int, _ past: MonotonicInstant, _ now: MonotonicInstant) -> Bool {
        past.advanced(byMilliseconds: milliseconds) > now
    }

    /// Keeps a value; `unknown` is not kept.
    /// - Parameters:
    ///   - client: The client's address, for a fact that depends on it.
    ///   - revision: What the provider told along with it.
    ///   - told: How long it holds, in milliseconds, as its provider said.
    public mutating func keep(
        _ value: String, of name: FactName, client: String = "", revision: String? = nil, lifetime told: Int? = nil,
        now: MonotonicInstant
    ) {
        let number = revision.map { note($0, of: name.kind, now: now) } ?? 0
        let longest = longest - nextSpread()
        let lifetime = min(told ?? lifetime, longest)
        guard value != unknownFactValue, lifetime > 0 else { return }
        if values.count >= capacity { values.removeAll(keepingCapacity: true) }
        values[Key(name: name, client: client)] = Entry(
            value: value, kept: now, lifetime: lifetime, longest: longest, revision: number)
    }

    /// Up to half of the longest time, by the golden ratio evenly spread: what was learned together, as after a start,
    /// is not asked for again together.
    private mutating func nextSpread() -> Int {
        defer { spread = (spread + 618) % 1_000 }
        return longest / 2 * spread / 1_000
    }

    /// Several instances of a provider have revisions of their own; each change of the one heard is a new number.
    private mutating func note(_ text: String, of kind: String, now: MonotonicInstant) -> Int {
        if var known = revisions[kind], known.text == text {
            known.heard = now
            revisions[kind] = known
            return known.number
        }
        lastNumber += 1
        revisions[kind] = Revision(text: text, number: lastNumber, heard: now)
        return lastNumber
    }
}
