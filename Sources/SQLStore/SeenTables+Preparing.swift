extension SeenTables {
    /// The tables as they are created when they are missing.
    private static let tables: [SQLTable] =
        [
            SQLTable(
                "postern_meta",
                postgreSQL: "CREATE TABLE postern_meta (name VARCHAR(64) PRIMARY KEY, number BIGINT, bytes BYTEA)",
                mariaDB: """
                    CREATE TABLE postern_meta (name VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin PRIMARY KEY,
                        number BIGINT, bytes VARBINARY(255)) ENGINE = InnoDB
                    """)
        ]
        + [0, 1].map { number in
            SQLTable(
                "postern_seen_\(number)",
                // Each row is updated once: there is room for that in its page.
                postgreSQL: """
                    CREATE TABLE postern_seen_\(number) (key BYTEA NOT NULL, check_name VARCHAR(64) NOT NULL,
                        verdict TEXT, PRIMARY KEY (key, check_name)) WITH (fillfactor = 70)
                    """,
                mariaDB: """
                    CREATE TABLE postern_seen_\(number) ("key" BINARY(16) NOT NULL,
                        check_name VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
                        verdict TEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin, PRIMARY KEY ("key", check_name))
                        ENGINE = InnoDB
                    """)
        }

    private static let traceTable = SQLTable(
        "postern_trace",
        postgreSQL: """
            CREATE TABLE postern_trace (seq BIGSERIAL PRIMARY KEY, key BYTEA NOT NULL, check_name VARCHAR(64) NOT NULL,
                verdict TEXT NOT NULL)
            """,
        mariaDB: """
            CREATE TABLE postern_trace (seq BIGINT AUTO_INCREMENT PRIMARY KEY, "key" BINARY(16) NOT NULL,
                check_name VARCHAR(64) NOT NULL, verdict TEXT NOT NULL) ENGINE = InnoDB
            """)

    /// Creates what is missing of the tables, and the first turn.
    func prepare(trace: Bool, _ connection: some SQLConnection) throws(SQLError) {
        try connection.createMissing(Self.tables + (trace ? [Self.traceTable] : []))
        let moment = SharedMoment(try connection.query(SharedMoment.query(dialect, withTurn: true)).first)
        guard let moment else { throw SQLError(.other, "the server does not tell the time") }
        guard moment.turn == nil else { return }
        // Another host may do the same: the first row of each name stays.
        for (name, value) in [("seen_turn", 0), ("seen_turn_start", moment.time)] {
            try connection.execute(
                "INSERT INTO postern_meta (name, number) VALUES (?, ?) \(ignoringDuplicates)",
                [.text(name), .integer(Int64(value))])
        }
    }

    /// Appends to `postern_trace`.
    func trace(_ verdicts: [SeenVerdict], _ connection: some SQLConnection) throws(SQLError) {
        try connection.execute(
            "INSERT INTO postern_trace (\"key\", check_name, verdict) VALUES (?, ?, ?)",
            rows: verdicts.map { [.blob($0.seen.key.bytes), .text($0.seen.check), .text($0.verdict)] })
    }

    /// The keyed hash of the database, made now when there is none.
    func keyedHash(_ connection: some SQLConnection) throws(SQLError) -> KeyedHash {
        if let hash = try storedHash(connection) { return hash }
        try connection.execute(
            "INSERT INTO postern_meta (name, bytes) VALUES ('hash_key', ?) \(ignoringDuplicates)",
            [.blob(KeyedHash.randomKey())])
        guard let hash = try storedHash(connection) else {
            throw SQLError(.schema, "the key of the hash in postern_meta is damaged")
        }
        return hash
    }

    private func storedHash(_ connection: some SQLConnection) throws(SQLError) -> KeyedHash? {
        let rows = try connection.query("SELECT bytes FROM postern_meta WHERE name = 'hash_key'")
        return rows.first?.first?.blobValue.flatMap { KeyedHash(key: $0) }
    }

    /// What makes an INSERT leave a row alone that is there already; MariaDB's IGNORE would hide other errors too.
    var ignoringDuplicates: String {
        dialect == .postgreSQL ? "ON CONFLICT DO NOTHING" : "ON DUPLICATE KEY UPDATE name = name"
    }
}
