internal import SQLStore

/// The tables on SQLite. Settings have iRedAPD's table and columns; the counters' table is Postern's own.
///
/// Ids of settings are never used again (AUTOINCREMENT), so that a counter whose setting is gone can wait for the
/// cleaning. Triggers count the changes of settings, whoever makes them.
let throttleSchema = SQLSchema(
    component: "throttle",
    steps: [
        """
        CREATE TABLE throttle (id INTEGER PRIMARY KEY AUTOINCREMENT, account TEXT NOT NULL,
            kind TEXT NOT NULL DEFAULT 'outbound', priority INTEGER NOT NULL DEFAULT 0,
            period INTEGER NOT NULL DEFAULT 0, msg_size INTEGER NOT NULL DEFAULT -1,
            max_msgs INTEGER NOT NULL DEFAULT -1, max_quota INTEGER NOT NULL DEFAULT -1,
            max_rcpts INTEGER NOT NULL DEFAULT -1, UNIQUE (account, kind));
        CREATE TABLE postern_throttle_tracking (id BLOB PRIMARY KEY, tid INTEGER NOT NULL, account TEXT NOT NULL,
            period INTEGER NOT NULL DEFAULT 0, cur_msgs INTEGER NOT NULL DEFAULT 0,
            cur_quota INTEGER NOT NULL DEFAULT 0, init_time INTEGER NOT NULL DEFAULT 0,
            last_time INTEGER NOT NULL DEFAULT 0, last_notify_time INTEGER NOT NULL DEFAULT 0) WITHOUT ROWID;
        CREATE TABLE postern_throttle_changes (id INTEGER PRIMARY KEY, number INTEGER NOT NULL);
        INSERT INTO postern_throttle_changes (id, number) VALUES (1, 1);
        CREATE TRIGGER postern_throttle_inserted AFTER INSERT ON throttle BEGIN
            UPDATE postern_throttle_changes SET number = number + 1; END;
        CREATE TRIGGER postern_throttle_updated AFTER UPDATE ON throttle BEGIN
            UPDATE postern_throttle_changes SET number = number + 1; END;
        CREATE TRIGGER postern_throttle_deleted AFTER DELETE ON throttle BEGIN
            UPDATE postern_throttle_changes SET number = number + 1; END;
        """
    ])

extension SQLiteConnection: ThrottleConnection {
    /// The tables are there since the database was opened.
    func prepareThrottle() -> CounterTable {
        CounterTable()
    }

    func counterTable() -> CounterTable {
        CounterTable()
    }

    func counterRow(_ key: TrackingKey, hash: KeyedHash) -> CounterRow {
        CounterRow(key, hash: hash)
    }

    /// The triggers do it, and nobody else can write meanwhile.
    func noteChange() {}

    func rulesVersion() throws -> Int64 {
        try withStatement("SELECT number FROM postern_throttle_changes WHERE id = 1") { statement in
            try statement.step() ? statement.integer(0) : 0
        }
    }

    func rules() throws -> (rules: [ThrottleRule], unreadable: [String]) {
        var rules: [ThrottleRule] = []
        var unreadable: [String] = []
        try forEachRow(Self.selectSettings) { statement in
            let setting = Self.setting(statement)
            if let rule = setting.rule { rules.append(rule) } else { unreadable.append(setting.account) }
        }
        return (rules, unreadable)
    }

    // MARK: - Counters

    func windows(of rows: [CounterRow], in table: CounterTable) throws -> [StoredWindow?] {
        guard !rows.isEmpty else { return [] }
        return try withStatement(
            """
            SELECT cur_msgs, cur_quota, init_time, last_time, last_notify_time, period
            FROM postern_throttle_tracking WHERE id = ?
            """
        ) { statement in
            try rows.map { row in
                try statement.bind(row.id, at: 1)
                defer { statement.reset() }
                return try statement.step() ? StoredWindow(row: 0, window: Self.window(statement, from: 0)) : nil
            }
        }
    }

    func save(_ changes: [CounterChange]) throws {
        guard !changes.isEmpty else { return }
        try withStatement(
            """
            INSERT INTO postern_throttle_tracking
                (id, tid, account, period, cur_msgs, cur_quota, init_time, last_time, last_notify_time)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
            ON CONFLICT (id) DO UPDATE SET period = excluded.period, cur_msgs = excluded.cur_msgs,
                cur_quota = excluded.cur_quota, init_time = excluded.init_time, last_time = excluded.last_time
            """
        ) { statement in
            for change in changes {
                let window = change.window
                try statement.bind(change.counter.id, at: 1)
                try statement.bind(change.counter.key.rule, at: 2)
                try statement.bind(change.counter.accountText, at: 3)
                try statement.bind(window.period, at: 4)
                try statement.bind(window.messages, at: 5)
                try statement.bind(window.quota, at: 6)
                try statement.bind(window.start, at: 7)
                try statement.bind(window.last, at: 8)
                try statement.bind(window.lastNotified, at: 9)
                try statement.run()
            }
        }
    }

    func removeEnded(after cursor: Bytes16?, limit: Int, now: Int64) throws -> Bytes16? {
        let (ended, last) = try endedRows(after: cursor, limit: limit, now: now)
        guard !ended.isEmpty else { return last }
        try transaction {
            // Another process may have begun a new window meanwhile.
            try withStatement("DELETE FROM postern_throttle_tracking WHERE id = ? AND init_time = ?") { statement in
                for (id, start) in ended {
                    try statement.bind(id, at: 1)
                    try statement.bind(start, at: 2)
                    try statement.run()
                }
            }
        }
        return last
    }

    private func endedRows(
        after cursor: Bytes16?, limit: Int, now: Int64
    ) throws -> (ended: [(id: Bytes16, start: Int64)], last: Bytes16?) {
        var ended: [(id: Bytes16, start: Int64)] = []
        var last: Bytes16?
        var looked = 0
        try forEachRow(
            """
            SELECT t.id, t.init_time, max(t.period, coalesce(s.period, 0)), s.id IS NULL
            FROM (SELECT id, tid, period, init_time FROM postern_throttle_tracking WHERE id > ? ORDER BY id LIMIT ?) t
            LEFT JOIN throttle s ON s.id = t.tid ORDER BY t.id
            """,
            [.blob(cursor?.bytes ?? []), .integer(Int64(limit))]
        ) { statement in
            looked += 1
            guard let id = statement.key(0) else { return }
            last = id
            let window = RateWindow(start: statement.integer(1), last: 0, period: statement.integer(2))
            guard window.hasEnded(at: now) || statement.integer(3) != 0 else { return }
            ended.append((id, window.start))
        }
        return (ended, looked < limit ? nil : last)
    }

    // MARK: - Rows

    static let selectSettings =
        "SELECT id, account, kind, priority, period, msg_size, max_rcpts, max_msgs, max_quota FROM throttle"

    static func setting(_ statement: SQLiteStatement) -> ThrottleSetting {
        ThrottleSetting(
            id: statement.integer(0), account: statement.text(1), kind: statement.text(2),
            priority: statement.integer(3), period: statement.integer(4),
            limits: [
                .messageSize: statement.integer(5), .recipients: statement.integer(6),
                .messages: statement.integer(7), .quota: statement.integer(8),
            ])
    }

    static func window(_ statement: SQLiteStatement, from column: Int) -> RateWindow {
        RateWindow(
            messages: statement.integer(column), quota: statement.integer(column + 1),
            start: statement.integer(column + 2), last: statement.integer(column + 3),
            lastNotified: statement.integer(column + 4), period: statement.integer(column + 5))
    }
}
