internal import SQLStore

/// The tables of greylisting on a server: iRedAPD's, with its names and columns. Those that are there are used as they
/// are; what is missing is made in the same form, with the rows that a new database begins with.
///
/// The tracking is made without iRedAPD's indexes on domains, which nobody asks for, and with ids that do not run out.
enum GreylistTables {
    static let all = [
        SQLTable(
            "greylisting", postgreSQL: "\(settings(.postgreSQL));\n\(firstSetting);",
            mariaDB: "\(settings(.mariaDB));\n\(firstSetting);"),
        SQLTable(
            "greylisting_whitelists", postgreSQL: whitelist("greylisting_whitelists", .postgreSQL),
            mariaDB: whitelist("greylisting_whitelists", .mariaDB)),
        SQLTable(
            "greylisting_whitelist_domain_spf", postgreSQL: whitelist("greylisting_whitelist_domain_spf", .postgreSQL),
            mariaDB: whitelist("greylisting_whitelist_domain_spf", .mariaDB)),
        SQLTable(
            "greylisting_whitelist_domains", postgreSQL: "\(domains(.postgreSQL));\n\(firstDomains);",
            mariaDB: "\(domains(.mariaDB));\n\(firstDomains);"),
        SQLTable("greylisting_tracking", postgreSQL: tracking(.postgreSQL), mariaDB: tracking(.mariaDB)),
        SQLTable("postern_greylist_networks", postgreSQL: networks(.postgreSQL), mariaDB: networks(.mariaDB)),
    ]

    /// True of networks and IPv6 addresses, and of few other senders.
    static let isNetwork = "(sender LIKE '%/%' OR sender LIKE '%:%')"

    /// The width of the columns for accounts and senders in the settings tables; SQLite has none.
    static func entryColumns(_ dialect: SQLDialect) -> Int? {
        switch dialect {
        case .sqlite: nil
        case .postgreSQL: 255
        case .mariaDB: 100
        }
    }

    /// The width of the columns for senders and recipients in the tracking.
    static let addressColumns = 255

    // MARK: - Parts of the scripts

    private static let firstSetting = "INSERT INTO greylisting (account, sender, active) VALUES ('@.', '@.', 1)"

    private static let firstDomains = """
        INSERT INTO greylisting_whitelist_domains (domain) VALUES \
        \(GreylistSchema.defaultWhitelistDomains.map { "('\($0)')" }.joined(separator: ", "))
        """

    private static func id(_ dialect: SQLDialect) -> String {
        dialect == .postgreSQL
            ? "id BIGSERIAL PRIMARY KEY" : "id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY"
    }

    private static func entry(_ name: String, _ dialect: SQLDialect) -> String {
        "\(name) VARCHAR(\(entryColumns(dialect) ?? 255)) NOT NULL DEFAULT ''"
    }

    /// Unix seconds.
    private static func time(_ name: String, _ dialect: SQLDialect) -> String {
        "\(name) \(dialect == .postgreSQL ? "BIGINT" : "INT UNSIGNED") NOT NULL DEFAULT 0"
    }

    private static func ending(_ dialect: SQLDialect) -> String {
        dialect == .postgreSQL ? "" : " ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci"
    }

    // MARK: - Tables

    private static func settings(_ dialect: SQLDialect) -> String {
        """
        CREATE TABLE greylisting (\(id(dialect)), \(entry("account", dialect)), priority SMALLINT NOT NULL DEFAULT 0,
            \(entry("sender", dialect)), sender_priority SMALLINT NOT NULL DEFAULT 0,
            comment VARCHAR(255) NOT NULL DEFAULT '', active SMALLINT NOT NULL DEFAULT 1,
            CONSTRAINT idx_greylisting_account_sender UNIQUE (account, sender))\(ending(dialect))
        """
    }

    private static func whitelist(_ name: String, _ dialect: SQLDialect) -> String {
        """
        CREATE TABLE \(name) (\(id(dialect)), \(entry("account", dialect)), \(entry("sender", dialect)),
            comment VARCHAR(255) NOT NULL DEFAULT '',
            CONSTRAINT idx_\(name)_account_sender UNIQUE (account, sender))\(ending(dialect));
        CREATE INDEX idx_\(name)_comment ON \(name) (comment);
        \(dialect == .postgreSQL ? "CREATE INDEX idx_\(name)_networks ON \(name) (id) WHERE \(isNetwork);" : "")
        """
    }

    private static func domains(_ dialect: SQLDialect) -> String {
        """
        CREATE TABLE greylisting_whitelist_domains (\(id(dialect)), domain VARCHAR(255) NOT NULL DEFAULT '',
            CONSTRAINT idx_greylisting_whitelist_domains_domain UNIQUE (domain))\(ending(dialect))
        """
    }

    /// Which domains list an entry of `greylisting_whitelist_domain_spf`. Networks and domains are ASCII.
    private static func networks(_ dialect: SQLDialect) -> String {
        let ending = dialect == .postgreSQL ? "" : " ENGINE = InnoDB DEFAULT CHARACTER SET ascii"
        return """
            CREATE TABLE postern_greylist_networks (sender VARCHAR(100) NOT NULL, domain VARCHAR(255) NOT NULL,
                PRIMARY KEY (sender, domain))\(ending);
            CREATE INDEX idx_postern_greylist_networks_domain ON postern_greylist_networks (domain);
            """
    }

    private static func tracking(_ dialect: SQLDialect) -> String {
        """
        CREATE TABLE greylisting_tracking (\(id(dialect)), sender VARCHAR(255) NOT NULL,
            recipient VARCHAR(255) NOT NULL, client_address VARCHAR(40) NOT NULL,
            sender_domain VARCHAR(255) NOT NULL DEFAULT '', rcpt_domain VARCHAR(255) NOT NULL DEFAULT '',
            \(time("init_time", dialect)), \(time("block_expired", dialect)), \(time("record_expired", dialect)),
            blocked_count BIGINT NOT NULL DEFAULT 0, passed SMALLINT NOT NULL DEFAULT 0,
            CONSTRAINT idx_greylisting_tracking_triplet UNIQUE (sender, recipient, client_address))\(ending(dialect));
        CREATE INDEX idx_greylisting_tracking_client_address_passed ON greylisting_tracking (client_address, passed);
        """
    }
}
