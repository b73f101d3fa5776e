internal import SQLStore

extension SharedThrottleConnection {
    func windows(of counters: [CounterRow], in table: CounterTable) throws -> [StoredWindow?] {
        guard !counters.isEmpty else { return [] }
        var found = try lock(counters)
        let missing = counters.filter { found[CounterPlace($0)] == nil }
        if !table.isUnique, !missing.isEmpty {
            try lockMissing(missing)
            // Who had the lock before may have made some.
            found.merge(try lock(missing)) { first, _ in first }
        }
        return counters.map { found[CounterPlace($0)] }
    }

    /// Locks the rows in the order of their ids, those of other counters never.
    private func lock(_ counters: [CounterRow]) throws -> [CounterPlace: StoredWindow] {
        let rows = try query(
            """
            SELECT id, tid, account, cur_msgs, cur_quota, init_time, last_time, last_notify_time, period
            FROM throttle_tracking WHERE (tid, account) IN (??) ORDER BY id FOR UPDATE
            """, rows: counters.map { [.integer($0.key.rule), .text($0.accountText)] })
        var found: [CounterPlace: StoredWindow] = [:]
        for row in rows {
            let stored = StoredWindow(row: row[0].number, window: Self.window(row[3...]))
            let place = CounterPlace(rule: row[1].number, account: row[2].string)
            // Rows come by id, so among equals the first stays.
            if let other = found[place], other.window.start >= stored.window.start { continue }
            found[place] = stored
        }
        return found
    }

    func save(_ changes: [CounterChange]) throws {
        let stored = changes.compactMap { change in
            change.row.map { row in Self.values(change.window) + [.integer(row)] }
        }
        let changed = try execute(
            """
            UPDATE throttle_tracking SET period = ?, cur_msgs = ?, cur_quota = ?, init_time = ?, last_time = ?
            WHERE id = ?
            """, rows: stored)
        guard changed == stored.count else {
            throw SQLError(.other, "\(stored.count - changed) locked rows of throttle_tracking are gone")
        }
        let new = changes.filter { $0.row == nil }.map { change in
            Self.values(change.window)
                + [.integer(change.counter.key.rule), .text(change.counter.accountText)]
        }
        try execute(
            """
            INSERT INTO throttle_tracking (period, cur_msgs, cur_quota, init_time, last_time, tid, account)
            VALUES (?, ?, ?, ?, ?, ?, ?)
            """, rows: new)
    }

    private static func values(_ window: RateWindow) -> [SQLValue] {
        [window.period, window.messages, window.quota, window.start, window.last].map { .integer($0) }
    }

    /// Messages, bytes, start, last, last notification, period.
    static func window(_ columns: ArraySlice<SQLValue>) -> RateWindow {
        let numbers = columns.map(\.number)
        return RateWindow(
            messages: numbers[0], quota: numbers[1], start: numbers[2], last: numbers[3], lastNotified: numbers[4],
            period: numbers[5])
    }

    // MARK: - Cleaning

    /// So many rows are locked at a time, and not for long.
    private static var deletingPortion: Int { 200 }

    func removeEnded(after cursor: Bytes16?, limit: Int, now: Int64) throws -> Bytes16? {
        let rows = try query(
            """
            SELECT t.id, t.init_time, greatest(t.period, coalesce(s.period, 0)), s.id IS NULL
            FROM throttle_tracking t LEFT JOIN throttle s ON s.id = t.tid WHERE t.id > ? ORDER BY t.id LIMIT ?
            """, [.integer(Bytes16.row(cursor)), .integer(Int64(limit))])
        let ended = rows.filter { row in
            RateWindow(start: row[1].number, last: 0, period: row[2].number).hasEnded(at: now) || row[3].number != 0
        }
        for start in stride(from: 0, to: ended.count, by: Self.deletingPortion) {
            let portion = ended[start..<min(start + Self.deletingPortion, ended.count)]
            // Another process may have begun a new window meanwhile.
            try transaction {
                try execute(
                    "DELETE FROM throttle_tracking WHERE id = ? AND init_time = ?",
                    rows: portion.map { Array($0.prefix(2)) })
            }
        }
        return rows.count < limit ? nil : rows.last.map { Bytes16(row: $0[0].number) }
    }
}

/// Where a counter is in the table of counters. Case means nothing there, as MariaDB's columns have it.
struct CounterPlace: Hashable {
    private var rule: Int64
    private var account: String

    init(rule: Int64, account: String) {
        self.rule = rule
        self.account = account.lowercased()
    }

    init(_ counter: CounterRow) {
        self.init(rule: counter.key.rule, account: counter.accountText)
    }
}

extension Bytes16 {
    /// A place in the table of counters: SQLite's rows have hashes, those of others have numbers.
    init(row: Int64) {
        self.init(high: 0, low: UInt64(bitPattern: row))
    }

    /// The number of the row; nil for no place is before the first.
    static func row(_ place: Bytes16?) -> Int64 {
        Int64(bitPattern: place?.low ?? 0)
    }
}
