internal import SQLStore
internal import ServiceProtocol

/// Greylisting on the store's thread: reads settings, looks at attempts, records what must be.
struct GreylistHandler<Connection: GreylistConnection>: RecordingHandler {
    /// How many rows one tending looks at for cleaning.
    private static var cleanupPortion: Int { 2_000 }
    /// How many rows a walk goes on by, twice a second, when the store is never quiet.
    private static var forgettingPortionUnderLoad: Int { 500 }

    let clock: ServiceClock
    let cache: PassedClientCache
    private let timing: @Sendable () -> GreylistTiming
    private var store: GreylistStore<Connection>?
    var snapshot = GreylistSnapshot()
    var course = SettingsCourse()
    /// A walk through what is remembered, when networks have been whitelisted.
    var forgetting: ForgettingWalk?
    /// The latest time the store has worked with; Unix seconds.
    private var latest = Int.min

    /// A handler that forgets the cache's clients when a verb has changed something.
    init(clock: ServiceClock, cache: PassedClientCache, timing: @escaping @Sendable () -> GreylistTiming) {
        self.clock = clock
        self.cache = cache
        self.timing = timing
    }

    mutating func connected(to connection: Connection) throws {
        try connection.prepareGreylisting()
        store = try GreylistStore(connection)
        try reread()
        cache.removeAll()
    }

    /// The store on the open connection.
    func opened() throws -> GreylistStore<Connection> {
        guard let store else { throw SQLError(.unavailable, "the database is not open") }
        return store
    }

    /// Seconds since 1970 by the database's clock, if it has one; never less than the store has worked with.
    private var now: Int {
        max(course.time(monotonic: clock.monotonic().milliseconds) ?? clock.unixSeconds(), latest)
    }

    // MARK: - Looking

    /// What a look at an attempt says without writing.
    enum Finding: Sendable {
        /// It is not refused, for this reason.
        case exempt(String)
        /// The client is known.
        case known
        /// The client is known, and that is to be recorded anew.
        case renewal
        /// The attempt has to be recorded.
        case undecided(Triplet)
    }

    /// Looks at attempts; all clients and all keys are asked for at once. A known client is not refused whatever the
    /// settings say, so it is looked for first, and only what others send is taken apart.
    mutating func look(at attempts: [PendingAttempt]) throws -> [Finding] {
        try follow()
        let store = try opened()
        let now = now
        return try store.connection.reading {
            let clients = try store.tracking.knownClients(Set(attempts.map(\.clientText)), now: now)
            let known = attempts.map { clients[$0.clientText] }
            let strangers = attempts.indices.filter { known[$0] == nil }.map { attempts[$0].subject }
            let reasons = try snapshot.exemptions(strangers, on: store.connection)
            var stranger = strangers.startIndex
            return attempts.indices.map { place in
                if let client = known[place] {
                    return attempts[place].rules.timing.needsRenewal(client, now: now) ? .renewal : .known
                }
                defer { stranger += 1 }
                return reasons[stranger].map { .exempt($0) } ?? .undecided(strangers[stranger].triplet)
            }
        }
    }

    /// What is to be done between two batches of looks when the store is never quiet.
    mutating func finishLooking() throws {
        guard course.isCleaningDue else { return }
        course.isCleaningDue = false
        try clean { tracking, timing, now in try tracking.cleanUnderLoad(timing, now: now) }
        try forgetFurther(limit: Self.forgettingPortionUnderLoad)
    }

    // MARK: - Recording

    mutating func decide(
        _ operations: [GreylistOperation], now: Int, in connection: Connection
    ) throws -> [GreylistDecision] {
        latest = max(latest, now)
        return try opened().tracking.record(operations, now: now)
    }

    mutating func tend(_ connection: Connection, now: Int, isQuiet: Bool) throws {
        latest = max(latest, now)
        try follow()
        try clean { tracking, timing, now in try tracking.clean(timing, now: now, limit: Self.cleanupPortion) }
        try forgetFurther(limit: Self.cleanupPortion)
    }

    /// Cleans by `work`, outside any transaction.
    mutating func clean(
        _ work: (_ tracking: inout Connection.Tracking, _ timing: GreylistTiming, _ now: Int) throws -> Void
    ) throws {
        var store = try opened()
        defer { self.store = store }
        try work(&store.tracking, timing(), now)
    }
}
