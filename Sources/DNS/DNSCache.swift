/// What is known until it expires, bounded in number and size.
///
/// There are two halves. New entries go into the young one; when it is full, it takes the place of the old one, whose
/// entries are forgotten with it. What is found in the old half moves to the young one, so what is in use stays.
public struct DNSCache<Key: Hashable & Sendable, Value: Sendable>: Sendable {
    private struct Entry: Sendable {
        var value: Value
        var size: Int
        /// Milliseconds of a monotonic clock.
        var expires: Int
    }

    /// How much is kept.
    public struct Limits: Sendable, Equatable {
        /// Entries.
        public var entries: Int
        /// Bytes, estimated.
        public var bytes: Int

        /// So many entries of together so many bytes.
        public init(entries: Int, bytes: Int) {
            self.entries = entries
            self.bytes = bytes
        }
    }

    /// How much is kept. Smaller limits take effect with the next entry.
    public var limits: Limits
    private var young: [Key: Entry] = [:]
    private var old: [Key: Entry] = [:]
    private var youngBytes = 0

    /// An empty cache.
    public init(limits: Limits) {
        self.limits = limits
    }

    /// Entries, also expired ones.
    public var count: Int { young.count + old.count }

    /// The value that was kept for `key`, and when it expires; nil when there is none, or it has expired.
    public mutating func entry(of key: Key, now: Int) -> (value: Value, expires: Int)? {
        if let entry = young[key] { return entry.expires > now ? (entry.value, entry.expires) : nil }
        guard let entry = old.removeValue(forKey: key), entry.expires > now else { return nil }
        insert(entry, key)
        return (entry.value, entry.expires)
    }

    /// Keeps a value until `expires`. `size` is an estimate in bytes; what is larger than a sixteenth of all is not
    /// kept.
    public mutating func keep(_ value: Value, of key: Key, size: Int, expires: Int, now: Int) {
        guard expires > now, size <= limits.bytes / 16, limits.entries > 0 else { return }
        insert(Entry(value: value, size: size, expires: expires), key)
    }

    /// Forgets everything.
    public mutating func removeAll() {
        young = [:]
        old = [:]
        youngBytes = 0
    }

    private mutating func insert(_ entry: Entry, _ key: Key) {
        if young.count >= max(limits.entries / 2, 1) || youngBytes + entry.size > limits.bytes / 2 {
            old = young
            young = [:]
            youngBytes = 0
        }
        old[key] = nil
        youngBytes += entry.size - (young.updateValue(entry, forKey: key)?.size ?? 0)
    }
}
