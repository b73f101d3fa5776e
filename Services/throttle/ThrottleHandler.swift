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
    /// Nil when the rules have to be read again.
    private var version: Int64?
    /// Seconds since 1970 of the last reading, and of the last look at the version.
    private var lastReading: Int?
    private var lastLook: Int?
    private var unreadable: [String] = []
    private var table = CounterTable()
    /// Seconds since 1970 of the last look at the counters' table.
    private var lastTableLook: Int?
    private var hash: KeyedHash?
    private var cursor: Bytes16?

    /// Seconds after which the rules are read again even if nothing seems to have changed: other programs do not tell.
    private static var readingInterval: Int { 10 }
    /// How many counters one cleaning looks at.
    static var cleaningPortion: Int { 2000 }

    init(shared: SharedRules, log: Logger) {
        self.shared = shared
        self.log = log
    }

    mutating func connected(to connection: Connection) throws {
        hash = try connection.keyedHash()
        let found = try connection.prepareThrottle()
        if found != table {
            for warning in found.warnings { log.warning("\(warning)") }
        }
        table = found
        version = nil
        try refresh(connection)
    }

    // MARK: - Deciding

    mutating func decide(
        _ operations: [ThrottleOperation], now: Int, in connection: Connection
    ) throws -> [ThrottleVerdict] {
        let isFresh = try refresh(connection, now: now)
        do {
            return try decide(operations.map(plan), now: now, in: connection)
        } catch let error as SQLError where error.code == .constraint && !isFresh {
            // A counter that was missing has been made meanwhile, or a rule is gone: with new rules it may succeed.
            version = nil
            throw SQLError(.busy, error.message, statement: error.statement)
        }
    }

    private func plan(_ operation: ThrottleOperation) -> ThrottlePlan {
        ThrottlePlan(
            message: operation.message, subjects: operation.subjects, rules: rules,
            allWildcards: operation.allWildcards, wantsDetails: operation.wantsDetails)
    }

    private func decide(_ plans: [ThrottlePlan], now: Int, in connection: Connection) throws -> [ThrottleVerdict] {
        let counters = try counterRows(plans, connection)
        let stored = try connection.windows(of: counters, in: table)
        var ledger = RateLedger(zip(counters, stored).map { (key: $0.key, window: $1?.window) }, now: Int64(now))
        let verdicts = plans.map { ledger.decide($0) }
        var changes: [CounterChange] = []
        changes.reserveCapacity(counters.count)
        for (place, counter) in counters.enumerated() {
            guard let window = ledger.changedWindow(at: place) else { continue }
            changes.append(CounterChange(counter: counter, row: stored[place]?.row, window: table.fitting(window)))
        }
        try connection.save(changes)
        return verdicts
    }

    /// The counters of a batch, each once, in an order that is the same for everybody.
    private func counterRows(_ plans: [ThrottlePlan], _ connection: Connection) throws -> [CounterRow] {
        guard let hash else { throw SQLError(.unavailable, "the store is not open") }
        var known: Set<TrackingKey> = []
        var rows: [CounterRow] = []
        for plan in plans {
            for key in plan.counters where known.insert(key).inserted {
                rows.append(connection.counterRow(key, hash: hash))
            }
        }
        rows.sort { $0.id < $1.id }
        return rows
    }

    // MARK: - In between

    mutating func tend(_ connection: Connection, now: Int, isQuiet: Bool) throws {
        try refresh(connection, now: now)
        try lookAtTable(connection, now: now)
        try clean(connection, after: cursor, now: Int64(now))
    }

    /// An administrator may migrate the tables while mail flows: what they hold from then on is counted.
    private mutating func lookAtTable(_ connection: Connection, now: Int) throws {
        guard table.isUnmigrated else { return }
        guard let last = lastTableLook else { return lastTableLook = now }
        guard now &- last >= Self.readingInterval else { return }
        lastTableLook = now
        table = try connection.counterTable()
    }

    /// Removes counters right after a rule was removed, as far as one portion goes; the rest follows in idle time.
    mutating func cleanNow(_ connection: Connection, now: Int64) throws {
        try clean(connection, after: nil, now: now)
    }

    private mutating func clean(_ connection: Connection, after start: Bytes16?, now: Int64) throws {
        do {
            cursor = try connection.removeEnded(after: start, limit: Self.cleaningPortion, now: now)
        } catch let error as SQLError where error.code == .busy {
            // Somebody needs these counters, or cleans them too: another time.
        }
    }

    /// Reads the rules again if they have changed. Where asking for that costs a round trip, it is done once a second.
    /// - Parameter now: Seconds since 1970; without it the version is looked at in any case.
    /// - Returns: Whether they were read.
    @discardableResult
    mutating func refresh(_ connection: Connection, now: Int? = nil) throws -> Bool {
        if let now, let last = lastReading, now &- last >= Self.readingInterval { version = nil }
        if version != nil, now != nil, now == lastLook, connection.dialect != .sqlite { return false }
        let found = try connection.rulesVersion()
        lastLook = now
        lastReading = lastReading ?? now
        guard found != version else { return false }
        try read(connection)
        version = found
        lastReading = now ?? lastReading
        return true
    }

    private mutating func read(_ connection: Connection) throws {
        let (all, unreadable) = try connection.rules()
        rules = ThrottleRules(all)
        shared.publish(rules)
        if unreadable != self.unreadable, !unreadable.isEmpty {
            let names = unreadable.prefix(10).joined(separator: ", ")
            log.warning("\(unreadable.count) rows of the table throttle cannot be applied, accounts: \(names)")
        }
        self.unreadable = unreadable
    }
}
