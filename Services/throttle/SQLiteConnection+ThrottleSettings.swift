internal import SQLStore

extension SQLiteConnection {
    func settings(_ filter: SettingsFilter) throws -> [ThrottleSetting] {
        var found: [ThrottleSetting] = []
        try forEachRow(
            Self.selectSettings
                + " WHERE id > ?1 AND (?2 IS NULL OR account = ?2) AND (?3 IS NULL OR kind = ?3) ORDER BY id LIMIT ?4",
            [
                .integer(filter.after), filter.account.map { .text($0) } ?? .null,
                filter.kind.map { .text($0.rawValue) } ?? .null, .integer(Int64(filter.limit)),
            ]
        ) { found.append(Self.setting($0)) }
        return found
    }

    func set(_ change: SettingChange) throws {
        let values: [SQLValue] = [
            .text(change.account), .text(change.kind.rawValue), .integer(change.priority),
            change.period.map { .integer($0) } ?? .null,
            value(.messageSize, of: change), value(.messages, of: change), value(.quota, of: change),
            value(.recipients, of: change),
        ]
        try execute(
            """
            INSERT INTO throttle (account, kind, priority, period, msg_size, max_msgs, max_quota, max_rcpts)
            VALUES (?1, ?2, ?3, coalesce(?4, 0), coalesce(?5, -1), coalesce(?6, -1), coalesce(?7, -1), coalesce(?8, -1))
            ON CONFLICT (account, kind) DO UPDATE SET priority = ?3, period = coalesce(?4, period),
                msg_size = coalesce(?5, msg_size), max_msgs = coalesce(?6, max_msgs),
                max_quota = coalesce(?7, max_quota), max_rcpts = coalesce(?8, max_rcpts)
            """, values)
    }

    private func value(_ name: LimitName, of change: SettingChange) -> SQLValue {
        change.limits[name].map { .integer($0) } ?? .null
    }

    /// Counters may wait here for the cleaning.
    func thinOutCounters(account: String, kind: ThrottleKind) {}

    func removeSetting(account: String, kind: ThrottleKind) throws -> Bool {
        try execute("DELETE FROM throttle WHERE account = ? AND kind = ?", [.text(account), .text(kind.rawValue)])
        return changes > 0
    }

    // MARK: - Counters

    private static let selectCounters =
        """
        SELECT t.id, t.account, t.tid, s.account, s.kind, t.cur_msgs, t.cur_quota, t.init_time, t.last_time,
            t.last_notify_time, t.period, s.id IS NULL
        FROM (SELECT * FROM postern_throttle_tracking WHERE id
        """

    func counters(_ filter: CountersFilter) throws -> CountersPage {
        guard filter.accounts.isEmpty else { return try counters(ofAccountsIn: filter) }
        var page = CountersPage()
        var last: Bytes16?
        var looked = 0
        let sql = Self.selectCounters + " > ? ORDER BY id LIMIT ?) t LEFT JOIN throttle s ON s.id = t.tid ORDER BY t.id"
        try forEachRow(sql, [.blob(filter.after?.bytes ?? []), .integer(Int64(filter.limit))]) { statement in
            looked += 1
            last = statement.key(0)
            if let counter = Self.counter(statement, kind: filter.kind) { page.counters.append(counter) }
        }
        page.next = looked < filter.limit ? nil : last
        return page
    }

    /// There is no index by account: the primary keys are computed from the rules.
    private func counters(ofAccountsIn filter: CountersFilter) throws -> CountersPage {
        var page = CountersPage()
        let sql = Self.selectCounters + " = ?) t LEFT JOIN throttle s ON s.id = t.tid"
        for id in try counterIDs(of: filter.accounts) where page.counters.count < filter.limit {
            try forEachRow(sql, [.blob(id.bytes)]) { statement in
                if let counter = Self.counter(statement, kind: filter.kind) { page.counters.append(counter) }
            }
        }
        return page
    }

    func removeCounters(of accounts: [String]) throws -> Int {
        var removed = 0
        for id in try counterIDs(of: accounts) {
            try execute("DELETE FROM postern_throttle_tracking WHERE id = ?", [.blob(id.bytes)])
            removed += changes
        }
        return removed
    }

    private func counterIDs(of accounts: [String]) throws -> [Bytes16] {
        let hash = try keyedHash()
        var ids: Set<Bytes16> = []
        try forEachRow("SELECT id FROM throttle") { statement in
            for account in accounts {
                ids.insert(CounterRow(TrackingKey(rule: statement.integer(0), account: account), hash: hash).id)
            }
        }
        return ids.sorted()
    }

    /// A counter whose setting is gone is as good as removed.
    private static func counter(_ statement: SQLiteStatement, kind: ThrottleKind?) -> CountersPage.Counter? {
        guard statement.integer(11) == 0, kind == nil || statement.text(4) == kind?.rawValue else { return nil }
        return CountersPage.Counter(
            account: statement.text(1), rule: statement.integer(2), ruleAccount: statement.text(3),
            kind: statement.text(4), window: window(statement, from: 5))
    }
}
