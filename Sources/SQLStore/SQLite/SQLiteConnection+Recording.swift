extension SQLiteConnection: StoreConnection {
    private static let recordingSchema = SQLSchema(
        component: "recording",
        steps: [
            """
            CREATE TABLE postern_meta (name TEXT PRIMARY KEY, value) WITHOUT ROWID;
            CREATE TABLE postern_seen_0 (key BLOB NOT NULL, check_name TEXT NOT NULL, verdict TEXT NOT NULL,
                PRIMARY KEY (key, check_name)) WITHOUT ROWID;
            CREATE TABLE postern_seen_1 (key BLOB NOT NULL, check_name TEXT NOT NULL, verdict TEXT NOT NULL,
                PRIMARY KEY (key, check_name)) WITHOUT ROWID;
            """
        ])

    /// Creates the tables of seen keys and `postern_meta`, and in test builds the trace table.
    public func prepareRecording(trace: Bool) throws(SQLError) {
        try prepare(Self.recordingSchema)
        guard trace else { return }
        try execute(
            """
            CREATE TABLE IF NOT EXISTS postern_trace (seq INTEGER PRIMARY KEY AUTOINCREMENT, key BLOB NOT NULL,
                check_name TEXT NOT NULL, verdict TEXT NOT NULL)
            """)
    }

    /// The keyed hash of this database; its key is made and kept in `postern_meta` when it is asked for first.
    /// `prepareRecording` must have run.
    public func keyedHash() throws(SQLError) -> KeyedHash {
        if let hash = try storedHash() { return hash }
        // Two processes may open a new database at once: the first key stays.
        try execute(
            "INSERT OR IGNORE INTO postern_meta (name, value) VALUES ('hash_key', ?)", [.blob(KeyedHash.randomKey())])
        guard let hash = try storedHash() else { throw SQLError(.schema, "the key of the hash is damaged") }
        return hash
    }

    private func storedHash() throws(SQLError) -> KeyedHash? {
        let rows = try query("SELECT value FROM postern_meta WHERE name = 'hash_key'")
        return rows.first?.first?.blobValue.flatMap { KeyedHash(key: $0) }
    }

    // MARK: - Seen keys

    /// Looks for the keys, and turns the tables when it is time. BEGIN IMMEDIATE has locked out all other writers, so
    /// nobody can insert a key that was not found here: no row is written before its verdict is known.
    public func claim(_ keys: [SeenKey], now: Int) throws(SQLError) -> SeenClaim {
        let turn = try turnTables(now: now)
        let statement = try take(
            """
            SELECT verdict FROM postern_seen_0 WHERE key = ?1 AND check_name = ?2
            UNION ALL SELECT verdict FROM postern_seen_1 WHERE key = ?1 AND check_name = ?2 LIMIT 1
            """)
        defer { giveBack(statement) }
        var verdicts: [String?] = []
        verdicts.reserveCapacity(keys.count)
        for key in keys {
            try bind(key, to: statement)
            verdicts.append(try statement.step() ? statement.text(0) : nil)
            statement.reset()
        }
        return SeenClaim(verdicts: verdicts, tables: turn.tables(at: now))
    }

    /// Writes the rows of the keys into the tables that the claim named.
    public func store(_ verdicts: [SeenVerdict], in claim: SeenClaim) throws(SQLError) {
        for table in claim.tables {
            try insert(verdicts, "INSERT INTO postern_seen_\(table & 1) (key, check_name, verdict) VALUES (?, ?, ?)")
        }
    }

    /// Appends to `postern_trace`.
    public func trace(_ verdicts: [SeenVerdict]) throws(SQLError) {
        try insert(verdicts, "INSERT INTO postern_trace (key, check_name, verdict) VALUES (?, ?, ?)")
    }

    private func insert(_ verdicts: [SeenVerdict], _ sql: String) throws(SQLError) {
        let statement = try take(sql)
        defer { giveBack(statement) }
        for row in verdicts {
            try bind(row.seen, to: statement)
            try statement.bind(row.verdict, at: 3)
            try statement.run()
        }
    }

    private func bind(_ seen: SeenKey, to statement: SQLiteStatement) throws(SQLError) {
        try statement.bind(seen.key, at: 1)
        try statement.bind(seen.check, at: 2)
    }

    // MARK: - Turns

    private func turnTables(now: Int) throws(SQLError) -> SeenTurn {
        guard let number = try meta("seen_turn"), let start = try meta("seen_turn_start") else {
            let first = SeenTurn(number: 0, start: now)
            try keep(first)
            return first
        }
        let (turn, emptied) = SeenTurn(number: number, start: start).advanced(to: now)
        for table in emptied {
            try execute("DELETE FROM postern_seen_\(table)")
        }
        if turn != SeenTurn(number: number, start: start) {
            try keep(turn)
        }
        return turn
    }

    private func meta(_ name: String) throws(SQLError) -> Int? {
        let rows = try query("SELECT value FROM postern_meta WHERE name = ?", [.text(name)])
        return rows.first?.first?.integerValue.map { Int($0) }
    }

    private func keep(_ turn: SeenTurn) throws(SQLError) {
        for (name, value) in [("seen_turn", turn.number), ("seen_turn_start", turn.start)] {
            try execute(
                "INSERT OR REPLACE INTO postern_meta (name, value) VALUES (?, ?)",
                [.text(name), .integer(Int64(value))])
        }
    }
}
