/// What a resolver has counted since its start, and what is under way.
public struct DNSClientCounts: Sendable, Equatable {
    /// Questions answered from the cache.
    public var cached: UInt64 = 0
    /// Questions sent to a server.
    public var asked: UInt64 = 0
    /// Questions that waited for an answer under way.
    public var joined: UInt64 = 0
    /// Answers with records.
    public var found: UInt64 = 0
    /// Answers that there are no such records.
    public var absent: UInt64 = 0
    /// Questions that a server did not answer, or not in a way of use.
    public var failed: UInt64 = 0
    /// Those who gave up waiting.
    public var expired: UInt64 = 0
    /// Questions not asked, since too many were under way.
    public var overloaded: UInt64 = 0
    /// Questions under way.
    public var underWay = 0
    /// Entries of the cache.
    public var cacheEntries = 0

    /// By name, for `stats`.
    public var list: [(name: String, value: String)] {
        [
            ("dns.cached", "\(cached)"), ("dns.asked", "\(asked)"), ("dns.joined", "\(joined)"),
            ("dns.found", "\(found)"), ("dns.absent", "\(absent)"), ("dns.failed", "\(failed)"),
            ("dns.expired", "\(expired)"), ("dns.overloaded", "\(overloaded)"), ("dns.under-way", "\(underWay)"),
            ("dns.cache-entries", "\(cacheEntries)"),
        ]
    }
}
