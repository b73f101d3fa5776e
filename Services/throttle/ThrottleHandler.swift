internal import Logging
internal import SQLStore
internal import Synchronization

/// The rules as the store's thread has read them last, for everybody; nil before the first reading.
final class SharedRules: Sendable {
    private let rules = Mutex<ThrottleRules?>(nil)

    var current: ThrottleRules? { rules.withLock { $0 } }

    func publish(_ rules: ThrottleRules) {
        self.rules.withLock { $0 = rules }
    }
}

/// Decides batches on the store's thread.
struct ThrottleHandler<Connection: ThrottleConnection>: RecordingHandler {
    let shared: SharedRules
    let log: Logger

    private var rules = ThrottleRules()
    private var version = Int64.min
    private var lastReading = Int.min
    private var unreadable: [String] = []
    private var hash: KeyedHash?
    private var cursor: Bytes16?

    init(shared: SharedRules, log: Logger) {
        self.shared = shared
        self.log = log
    }

    mutating func connected(to connection: Connection) throws {
        hash = try connection.keyedHash()
        version = .min
        try refresh(connection)
    }

    mutating func decide(
        _ operations: [ThrottleOperation], now: Int, in connection: Connection
    ) throws -> [ThrottleVerdict] {
        try refresh(connection)
        let plans = operations.map { operation in
            ThrottlePlan(
                message: operation.message, subjects: operation.subjects, rules: rules,
                allWildcards: operation.allWildcards, wantsDetails: operation.wantsDetails)
        }
        let rows = try counterRows(plans)
        let stored = try connection.windows(of: rows)
        var windows: [TrackingKey: RateWindow] = [:]
        for (row, window) in zip(rows, stored) { windows[row.key] = window }
        var ledger = RateLedger(windows: windows, now: Int64(now))
        let verdicts = plans.map { ledger.decide($0) }
        try connection.save(
            rows.compactMap { row in
                guard ledger.changed.contains(row.key), let window = ledger.windows[row.key] else { return nil }
                return (row, window)
            })
        return verdicts
    }

    /// The counters of a batch, each once, in primary-key order: the order in which every store locks them.
    private func counterRows(_ plans: [ThrottlePlan]) throws -> [CounterRow] {
        guard let hash else { throw SQLError(.unavailable, "the store is not open") }
        return Set(plans.flatMap(\.keys)).map { CounterRow($0, hash: hash) }.sorted { $0.id < $1.id }
    }

    mutating func tend(_ connection: Connection, now: Int, isQuiet: Bool) throws {
        // Not every engine can tell that another program has changed a rule.
        if now &- lastReading >= Self.readingInterval { version = .min }
        if try refresh(connection) { lastReading = now }
        cursor = try connection.removeEnded(after: cursor, limit: Self.cleaningPortion, now: Int64(now))
    }

    /// Seconds after which the rules are read again even if nothing seems to have changed.
    private static var readingInterval: Int { 10 }
    /// How many counters one cleaning looks at.
    static var cleaningPortion: Int { 2000 }

    /// Removes counters right after a rule was removed, as far as one portion goes; the rest follows in idle time.
    mutating func cleanNow(_ connection: Connection, now: Int64) throws {
        cursor = try connection.removeEnded(after: nil, limit: Self.cleaningPortion, now: now)
    }

    /// Reads the rules again if they have changed.
    @discardableResult
    mutating func refresh(_ connection: Connection) throws -> Bool {
        let found = try connection.rulesVersion()
        guard found != version else { return false }
        let (all, unreadable) = try connection.rules()
        rules = ThrottleRules(all)
        version = found
        shared.publish(rules)
        if unreadable != self.unreadable, !unreadable.isEmpty {
            let names = unreadable.prefix(10).joined(separator: ", ")
            log.warning("\(unreadable.count) rows of the table throttle cannot be applied, accounts: \(names)")
        }
        self.unreadable = unreadable
        return true
    }
}
