internal import SQLStore

/// The table of domains that are never rewritten, with iRedAPD's name and columns, and Postern's own tables of original
/// addresses: each with the last day on which it is asked for, and the number of them for each such day.
enum SRSTables {
    static let schema = SQLSchema(
        component: "srs",
        steps: [
            """
            CREATE TABLE srs_exclude_domains (
                id INTEGER PRIMARY KEY, domain TEXT COLLATE NOCASE NOT NULL DEFAULT '' UNIQUE);
            """,
            """
            CREATE TABLE postern_srs_originals (
                id BLOB PRIMARY KEY, last_day INTEGER NOT NULL, address TEXT NOT NULL) WITHOUT ROWID;
            CREATE INDEX postern_srs_originals_last_day ON postern_srs_originals (last_day);
            CREATE TABLE postern_srs_days (last_day INTEGER PRIMARY KEY, originals INTEGER NOT NULL);
            """,
        ])

    static let tables = [
        SQLTable(
            "srs_exclude_domains",
            postgreSQL: """
                CREATE TABLE srs_exclude_domains (
                    id SERIAL PRIMARY KEY, domain VARCHAR(255) NOT NULL DEFAULT '' UNIQUE)
                """,
            mariaDB: """
                CREATE TABLE srs_exclude_domains (id BIGINT UNSIGNED AUTO_INCREMENT PRIMARY KEY,
                    domain VARCHAR(255) NOT NULL DEFAULT '' UNIQUE) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4
                """),
        SQLTable(
            "postern_srs_originals",
            postgreSQL: """
                CREATE TABLE postern_srs_originals (
                    id BYTEA PRIMARY KEY, last_day BIGINT NOT NULL, address TEXT NOT NULL);
                CREATE INDEX postern_srs_originals_last_day ON postern_srs_originals (last_day);
                """,
            // An address has 320 bytes at most, and twice as many when each is written with a backslash before it.
            mariaDB: """
                CREATE TABLE postern_srs_originals (id BINARY(16) PRIMARY KEY, last_day BIGINT NOT NULL,
                    address VARCHAR(700) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
                    INDEX postern_srs_originals_last_day (last_day)) ENGINE = InnoDB
                """),
        SQLTable(
            "postern_srs_days",
            postgreSQL: "CREATE TABLE postern_srs_days (last_day BIGINT PRIMARY KEY, originals BIGINT NOT NULL)",
            mariaDB: """
                CREATE TABLE postern_srs_days (last_day BIGINT PRIMARY KEY, originals BIGINT NOT NULL)
                    ENGINE = InnoDB
                """),
    ]

    /// Adds a domain, unless it is there.
    static func insertion(_ dialect: SQLDialect) -> String {
        let duplicate = dialect == .mariaDB ? "ON DUPLICATE KEY UPDATE domain = domain" : "ON CONFLICT DO NOTHING"
        return "INSERT INTO srs_exclude_domains (domain) VALUES (?) \(duplicate)"
    }
}
