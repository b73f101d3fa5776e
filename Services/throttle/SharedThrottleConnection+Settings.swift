internal import SQLStore

extension SharedThrottleConnection {
    static var selectSettings: String {
        "SELECT id, account, kind, priority, period, msg_size, max_rcpts, max_msgs, max_quota FROM throttle"
    }

    static func setting(_ row: [SQLValue]) -> ThrottleSetting {
        ThrottleSetting(
            id: row[0].number, account: row[1].string, kind: row[2].string.lowercased(), priority: row[3].number,
            period: row[4].number,
            limits: [
                .messageSize: row[5].number, .recipients: row[6].number, .messages: row[7].number,
                .quota: row[8].number,
            ])
    }

    func settings(_ filter: SettingsFilter) throws -> [ThrottleSetting] {
        var sql = Self.selectSettings + " WHERE id > ?"
        var values: [SQLValue] = [.integer(filter.after)]
        if let account = filter.account {
            sql += " AND lower(account) = ?"
            values.append(.text(account.lowercased()))
        }
        if let kind = filter.kind {
            sql += " AND lower(kind) = ?"
            values.append(.text(kind.rawValue))
        }
        return try query(sql + " ORDER BY id LIMIT ?", values + [.integer(Int64(filter.limit))]).map(Self.setting)
    }

    /// Without a unique key a setting may be there twice: then each row gets the same.
    func set(_ change: SettingChange) throws {
        guard try !ids(account: change.account, kind: change.kind, locking: true).isEmpty else {
            return try insert(change)
        }
        var columns = ["priority"]
        var values: [SQLValue] = [.integer(change.priority)]
        if let period = change.period {
            columns.append("period")
            values.append(.integer(period))
        }
        for name in LimitName.allCases {
            guard let limit = change.limits[name] else { continue }
            columns.append(name.rawValue)
            values.append(.integer(limit))
        }
        try execute(
            """
            UPDATE throttle SET \(columns.map { "\($0) = ?" }.joined(separator: ", "))
            WHERE lower(account) = ? AND lower(kind) = ?
            """, values + [.text(change.account.lowercased()), .text(change.kind.rawValue)])
    }

    private func insert(_ change: SettingChange) throws {
        let limits = [LimitName.messageSize, .messages, .quota, .recipients].map { change.limits[$0] ?? -1 }
        try execute(
            """
            INSERT INTO throttle (account, kind, priority, period, msg_size, max_msgs, max_quota, max_rcpts)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?)
            """,
            [.text(change.account), .text(change.kind.rawValue), .integer(change.priority)]
                + ([change.period ?? 0] + limits).map { .integer($0) })
    }

    /// The ids of a setting's rows.
    private func ids(account: String, kind: ThrottleKind, locking: Bool) throws -> [SQLValue] {
        try query(
            """
            SELECT id FROM throttle WHERE lower(account) = ? AND lower(kind) = ? ORDER BY id\
            \(locking ? " FOR UPDATE" : "")
            """, [.text(account.lowercased()), .text(kind.rawValue)]
        ).map { $0[0] }
    }

    func thinOutCounters(account: String, kind: ThrottleKind) throws {
        for id in try ids(account: account, kind: kind, locking: false) {
            var last = Self.removingPortion
            while last == Self.removingPortion {
                last = try transaction { try execute(removal, [id, .integer(Int64(Self.removingPortion))]) }
            }
        }
    }

    private static var removingPortion: Int { 500 }

    private var removal: String {
        guard dialect == .postgreSQL else { return "DELETE FROM throttle_tracking WHERE tid = ? LIMIT ?" }
        return """
            DELETE FROM throttle_tracking WHERE id = ANY (ARRAY (
                SELECT id FROM throttle_tracking WHERE tid = ? ORDER BY id LIMIT ? FOR UPDATE))
            """
    }

    /// iRedAPD's foreign key keeps a setting as long as it has counters.
    func removeSetting(account: String, kind: ThrottleKind) throws -> Bool {
        let ids = try ids(account: account, kind: kind, locking: true)
        for id in ids {
            try execute("DELETE FROM throttle_tracking WHERE tid = ?", [id])
            try execute("DELETE FROM throttle WHERE id = ?", [id])
        }
        return !ids.isEmpty
    }

    // MARK: - Counters

    private static var selectCounters: String {
        """
        SELECT t.id, t.account, t.tid, s.account, s.kind, t.cur_msgs, t.cur_quota, t.init_time, t.last_time,
            t.last_notify_time, t.period
        FROM throttle_tracking t JOIN throttle s ON s.id = t.tid
        """
    }

    func counters(_ filter: CountersFilter) throws -> CountersPage {
        var page = CountersPage()
        guard filter.accounts.isEmpty else {
            let rows = try query(
                Self.selectCounters + " WHERE (t.tid, t.account) IN (??) ORDER BY t.id", rows: places(filter.accounts))
            page.counters = rows.prefix(filter.limit).map(Self.counter).filter { filter.covers($0.kind) }
            return page
        }
        let rows = try query(
            Self.selectCounters + " WHERE t.id > ? ORDER BY t.id LIMIT ?",
            [.integer(Bytes16.row(filter.after)), .integer(Int64(filter.limit))])
        page.counters = rows.map(Self.counter).filter { filter.covers($0.kind) }
        page.next = rows.count < filter.limit ? nil : rows.last.map { Bytes16(row: $0[0].number) }
        return page
    }

    private static func counter(_ row: [SQLValue]) -> CountersPage.Counter {
        CountersPage.Counter(
            account: row[1].string, rule: row[2].number, ruleAccount: row[3].string, kind: row[4].string.lowercased(),
            window: window(row[5...]))
    }

    func removeCounters(of accounts: [String]) throws -> Int {
        let rows = try query(
            "SELECT id FROM throttle_tracking WHERE (tid, account) IN (??) ORDER BY id FOR UPDATE",
            rows: places(accounts))
        return try execute("DELETE FROM throttle_tracking WHERE id = ?", rows: rows)
    }

    /// There is an index by rule and account, none by account alone.
    private func places(_ accounts: [String]) throws -> [[SQLValue]] {
        let hash = try keyedHash()
        var places: Set<[SQLValue]> = []
        for row in try query("SELECT id FROM throttle") {
            for account in accounts {
                let counter = counterRow(TrackingKey(rule: row[0].number, account: account), hash: hash)
                places.insert([row[0], .text(counter.accountText)])
            }
        }
        return places.sorted { ($0[0].number, $0[1].string) < ($1[0].number, $1[1].string) }
    }
}
