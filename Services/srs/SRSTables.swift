internal import SQLStore

/// The table of domains that are never rewritten, with iRedAPD's name and columns.
enum SRSTables {
    static let schema = SQLSchema(
        component: "srs",
        steps: [
            """
            CREATE TABLE srs_exclude_domains (
                id INTEGER PRIMARY KEY, domain TEXT COLLATE NOCASE NOT NULL DEFAULT '' UNIQUE);
            """
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
                """)
    ]

    /// Adds a domain, unless it is there.
    static func insertion(_ dialect: SQLDialect) -> String {
        let duplicate = dialect == .mariaDB ? "ON DUPLICATE KEY UPDATE domain = domain" : "ON CONFLICT DO NOTHING"
        return "INSERT INTO srs_exclude_domains (domain) VALUES (?) \(duplicate)"
    }
}
