internal import SQLStore

/// The table of scores, with iRedAPD's name and columns. A score is NULL where none is known.
enum SenderScoreTables {
    static let schema = SQLSchema(
        component: "reputation",
        steps: [
            """
            CREATE TABLE senderscore_cache (
                client_address TEXT PRIMARY KEY, score INTEGER, time INTEGER NOT NULL DEFAULT 0) WITHOUT ROWID;
            CREATE INDEX senderscore_cache_time ON senderscore_cache (time);
            """
        ])

    static let tables = [
        SQLTable(
            "senderscore_cache",
            postgreSQL: """
                CREATE TABLE senderscore_cache (client_address VARCHAR(40) NOT NULL DEFAULT '' PRIMARY KEY,
                    score INT DEFAULT 0, time BIGINT NOT NULL DEFAULT 0);
                CREATE INDEX idx_senderscore_cache_score ON senderscore_cache (score);
                CREATE INDEX idx_senderscore_cache_time ON senderscore_cache (time)
                """,
            mariaDB: """
                CREATE TABLE senderscore_cache (client_address VARCHAR(40) NOT NULL DEFAULT '' PRIMARY KEY,
                    score INT UNSIGNED DEFAULT 0, time INT UNSIGNED NOT NULL DEFAULT 0,
                    INDEX (score), INDEX (time)) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4
                """)
    ]

    /// Writes a score, whether or not there is one.
    static func upsert(_ dialect: SQLDialect) -> String {
        let clash =
            dialect == .mariaDB
            ? "ON DUPLICATE KEY UPDATE score = VALUES(score), time = VALUES(time)"
            : "ON CONFLICT (client_address) DO UPDATE SET score = excluded.score, time = excluded.time"
        return "INSERT INTO senderscore_cache (client_address, score, time) VALUES (?, ?, ?) \(clash)"
    }
}
