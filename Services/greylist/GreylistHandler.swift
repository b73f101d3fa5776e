internal import SQLStore
internal import ServiceProtocol
internal import Synchronization

/// Greylisting on the store's thread: reads settings, looks at attempts, records what must be.
struct GreylistHandler: RecordingHandler {
    /// Other tools write the settings tables without telling us. Milliseconds.
    private static let rereadInterval = 10_000
    /// Verbs in other processes have to show within a second. Milliseconds.
    private static let pollInterval = 500
    /// How many rows one tending deletes.
    private static let cleanupPortion = 2_000

    private let clock: ServiceClock
    private let cache: PassedClientCache
    private let timing: @Sendable () -> GreylistTiming
    private var store: GreylistStore?
    private var snapshot = GreylistSnapshot()
    private var dataVersion: Int64 = 0
    private var versionAtReading: Int64 = 0
    private var lastPoll = 0
    private var lastReading = 0
    /// The latest time the store has worked with; Unix seconds.
    private var latest = Int.min

    /// A handler that forgets the cache's clients when a verb has changed something.
    init(clock: ServiceClock, cache: PassedClientCache, timing: @escaping @Sendable () -> GreylistTiming) {
        self.clock = clock
        self.cache = cache
        self.timing = timing
    }

    mutating func connected(to connection: SQLiteConnection) throws {
        store = try GreylistStore(connection)
        try reread()
    }

    /// Reads the settings tables, and lets the next look at the cache's clients be one into the database.
    mutating func reread() throws {
        let store = try opened()
        dataVersion = try store.dataVersion()
        snapshot = try GreylistSnapshot(store)
        versionAtReading = dataVersion
        lastReading = milliseconds
        lastPoll = lastReading
        cache.removeAll()
    }

    /// The store on the open connection.
    func opened() throws -> GreylistStore {
        guard let store else { throw SQLError(.unavailable, "the database is not open") }
        return store
    }

    private var milliseconds: Int { clock.monotonic().milliseconds }

    // MARK: - Settings

    /// Finds out from time to time whether the settings tables have changed. The number that tells is the file's, so
    /// it changes with every mail that another instance records; only a verb changes the revision.
    private mutating func follow() throws {
        let now = milliseconds
        guard now &- lastPoll >= Self.pollInterval || now < lastPoll else { return }
        lastPoll = now
        let store = try opened()
        let version = try store.dataVersion()
        if version != dataVersion {
            dataVersion = version
            if try store.revision() != snapshot.revision { return try reread() }
        }
        guard version != versionAtReading, now &- lastReading >= Self.rereadInterval else { return }
        try reread()
    }

    // MARK: - Looking

    /// What a look at an attempt says without writing.
    enum Finding: Sendable {
        /// It is not refused, for this reason.
        case exempt(String)
        /// The client is known for so long, in Unix seconds.
        case known(until: Int)
        /// It has to be recorded.
        case undecided
    }

    /// Begins a batch of looks: one view of the database for all of them.
    mutating func beginLooking() throws {
        try follow()
        try opened().connection.execute("BEGIN")
    }

    /// Ends a batch of looks.
    func endLooking() {
        store?.connection.rollback()
    }

    /// Looks at one attempt. A known client is not refused whatever the settings say, so it is looked for first.
    func look(at subject: GreylistSubject, timing: GreylistTiming) throws -> Finding {
        let store = try opened()
        let now = max(clock.unixSeconds(), latest)
        if let client = try store.passedClient(subject.triplet.client), client.isKnown(at: now) {
            return timing.needsRenewal(client, now: now) ? .undecided : .known(until: client.recordExpired)
        }
        return try snapshot.exemption(subject, in: store).map { .exempt($0) } ?? .undecided
    }

    // MARK: - Recording

    mutating func decide(
        _ operations: [GreylistOperation], now: Int, in connection: SQLiteConnection
    ) throws -> [GreylistDecision] {
        latest = max(latest, now)
        let store = try opened()
        let keys = store.keys(of: operations.map(\.triplet))
        var ledger = try store.ledger(of: keys)
        let decisions = operations.map { ledger.decide($0.triplet, timing: $0.timing, now: now) }
        try store.write(ledger, keys)
        // For each new row up to two old ones go, so that a flood cannot outrun the cleaning.
        let added = ledger.changedTriplets.count
        if added > 0 { try store.deleteExpired(before: now, limit: 2 * added) }
        return decisions
    }

    mutating func tend(_ connection: SQLiteConnection, now: Int, isQuiet: Bool) throws {
        latest = max(latest, now)
        try follow()
        let store = try opened()
        let timing = timing()
        try connection.transaction {
            try store.deleteExpired(before: now, limit: Self.cleanupPortion)
            try store.shortenTimes(timing, now: now, limit: Self.cleanupPortion)
        }
    }
}
