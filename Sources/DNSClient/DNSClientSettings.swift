public import DNS

/// What a resolver is told.
public struct DNSClientSettings: Sendable, Equatable {
    /// The servers to ask, in this order; nil means those of the system (resolv.conf(5)), which is read again when it
    /// has changed.
    public var servers: [DNSServer]?
    /// The longest a question may take, all attempts together, in milliseconds.
    public var queryLimit: Int
    /// What the cache holds.
    public var cache: DNSCache<DNSQuestion, DNSReply>.Limits
    /// What may be under way.
    public var flights: DNSFlights<DNSWaiter>.Limits

    /// Settings; those that are not given have the shipped values.
    public init(
        servers: [DNSServer]? = nil, queryLimit: Int = 3_000,
        cache: DNSCache<DNSQuestion, DNSReply>.Limits = .init(entries: 50_000, bytes: 16 << 20),
        flights: DNSFlights<DNSWaiter>.Limits = .init(questions: 4_096, waiters: 32_768)
    ) {
        self.servers = servers
        self.queryLimit = queryLimit
        self.cache = cache
        self.flights = flights
    }
}

/// Somebody who waits for an answer: called once, on the resolver's thread. Must not block.
public typealias DNSWaiter = @Sendable (DNSReply) -> Void
