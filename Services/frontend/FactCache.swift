public import ServiceProtocol

/// Cheap facts for a moment, so that a burst of mail for one domain asks once.
///
/// Short enough that a change made by our own tools is seen everywhere within a second. A provider that tells the
/// revision of what it knows may be believed longer, as long as it has told the same one within that second.
public struct FactCache: Sendable {
    private struct Entry: Sendable {
        var value: String
        var kept: MonotonicInstant
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
    private var values: [FactName: Entry] = [:]
    private var revisions: [String: Revision] = [:]
    private var lastNumber = 0

    /// A cache that keeps up to `capacity` facts for `lifetime` milliseconds, and those of a provider whose revision is
    /// no older than that for `longest`.
    public init(lifetime: Int = 900, longest: Int = 10_000, capacity: Int = 10_000) {
        self.lifetime = lifetime
        self.longest = longest
        self.capacity = capacity
    }

    /// The value of `name`, unless it is too old.
    public func value(of name: FactName, now: MonotonicInstant) -> String? {
        guard let entry = values[name] else { return nil }
        if isWithin(lifetime, entry.kept, now) { return entry.value }
        guard entry.revision != 0, isWithin(longest, entry.kept, now), let revision = revisions[name.kind],
            revision.number == entry.revision, isWithin(lifetime, revision.heard, now)
        else { return nil }
        return entry.value
    }

    private func isWithin(_ milliseconds: Int, _ past: MonotonicInstant, _ now: MonotonicInstant) -> Bool {
        past.advanced(byMilliseconds: milliseconds) > now
    }

    /// Keeps a value; `unknown` is not kept.
    /// - Parameter revision: What the provider told along with it.
    public mutating func keep(
        _ value: String, of name: FactName, revision: String? = nil, now: MonotonicInstant
    ) {
        let number = revision.map { note($0, of: name.kind, now: now) } ?? 0
        guard value != unknownFactValue else { return }
        if values.count >= capacity { values.removeAll(keepingCapacity: true) }
        values[name] = Entry(value: value, kept: now, revision: number)
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
