import SQLStore

/// The tables of greylisting as iRedAPD's installer makes them.
enum UpstreamSchema {
    static func script(_ engine: TestEngine) -> String {
        engine == .postgreSQL ? postgreSQL : mariaDB
    }

    private static let postgreSQL = """
        CREATE TABLE greylisting (id SERIAL PRIMARY KEY, account VARCHAR(255) NOT NULL DEFAULT '',
            priority SMALLINT NOT NULL DEFAULT 0, sender VARCHAR(255) NOT NULL DEFAULT '',
            sender_priority SMALLINT NOT NULL DEFAULT 0, comment VARCHAR(255) NOT NULL DEFAULT '',
            active SMALLINT NOT NULL DEFAULT 1);
        CREATE UNIQUE INDEX idx_greylisting_account_sender ON greylisting (account, sender);
        CREATE INDEX idx_greylisting_comment ON greylisting (comment);
        INSERT INTO greylisting (account, priority, sender, sender_priority, active) VALUES ('@.', 0, '@.', 0, 1);
        CREATE TABLE greylisting_whitelists (id SERIAL PRIMARY KEY, account VARCHAR(255) NOT NULL DEFAULT '',
            sender VARCHAR(255) NOT NULL DEFAULT '', comment VARCHAR(255) NOT NULL DEFAULT '');
        CREATE UNIQUE INDEX idx_greylisting_whitelists_account_sender ON greylisting_whitelists (account, sender);
        CREATE INDEX idx_greylisting_whitelists_comment ON greylisting_whitelists (comment);
        CREATE TABLE greylisting_whitelist_domain_spf (id SERIAL PRIMARY KEY, account VARCHAR(255) NOT NULL DEFAULT '',
            sender VARCHAR(255) NOT NULL DEFAULT '', comment VARCHAR(255) NOT NULL DEFAULT '');
        CREATE UNIQUE INDEX idx_spf_account_sender ON greylisting_whitelist_domain_spf (account, sender);
        CREATE INDEX idx_spf_comment ON greylisting_whitelist_domain_spf (comment);
        CREATE TABLE greylisting_whitelist_domains (id SERIAL PRIMARY KEY, domain VARCHAR(255) NOT NULL DEFAULT '');
        CREATE UNIQUE INDEX idx_greylisting_whitelist_domains_domain ON greylisting_whitelist_domains (domain);
        CREATE TABLE greylisting_tracking (id SERIAL PRIMARY KEY, sender VARCHAR(255) NOT NULL,
            recipient VARCHAR(255) NOT NULL, client_address VARCHAR(40) NOT NULL,
            sender_domain VARCHAR(255) NOT NULL DEFAULT '', rcpt_domain VARCHAR(255) NOT NULL DEFAULT '',
            init_time BIGINT NOT NULL DEFAULT 0, block_expired BIGINT NOT NULL DEFAULT 0,
            record_expired BIGINT NOT NULL DEFAULT 0, blocked_count BIGINT NOT NULL DEFAULT 0,
            passed SMALLINT NOT NULL DEFAULT 0);
        CREATE UNIQUE INDEX idx_greylisting_tracking_sender_recipient_client
            ON greylisting_tracking (sender, recipient, client_address);
        CREATE INDEX idx_greylisting_tracking_sender_domain ON greylisting_tracking (sender_domain);
        CREATE INDEX idx_greylisting_tracking_rcpt_domain ON greylisting_tracking (rcpt_domain);
        CREATE INDEX idx_greylisting_tracking_client_address_passed ON greylisting_tracking (client_address, passed);
        """

    private static let mariaDB = """
        CREATE TABLE greylisting (id BIGINT(20) UNSIGNED NOT NULL AUTO_INCREMENT, account VARCHAR(100) NOT NULL DEFAULT '',
            priority TINYINT(2) NOT NULL DEFAULT 0, sender VARCHAR(100) NOT NULL DEFAULT '',
            sender_priority TINYINT(2) NOT NULL DEFAULT 0, comment VARCHAR(255) NOT NULL DEFAULT '',
            active TINYINT(1) NOT NULL DEFAULT 1, PRIMARY KEY (id), UNIQUE INDEX account_sender (account, sender),
            INDEX comment (comment)) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci;
        INSERT INTO greylisting (account, priority, sender, sender_priority, active) VALUES ('@.', 0, '@.', 0, 1);
        CREATE TABLE greylisting_whitelists (id BIGINT(20) UNSIGNED NOT NULL AUTO_INCREMENT,
            account VARCHAR(100) NOT NULL DEFAULT '', sender VARCHAR(100) NOT NULL DEFAULT '',
            comment VARCHAR(255) NOT NULL DEFAULT '', PRIMARY KEY (id), UNIQUE INDEX account_sender (account, sender),
            INDEX comment (comment)) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci;
        CREATE TABLE greylisting_whitelist_domain_spf (id BIGINT(20) UNSIGNED NOT NULL AUTO_INCREMENT,
            account VARCHAR(100) NOT NULL DEFAULT '', sender VARCHAR(100) NOT NULL DEFAULT '',
            comment VARCHAR(255) NOT NULL DEFAULT '', PRIMARY KEY (id), UNIQUE INDEX account_sender (account, sender),
            INDEX comment (comment)) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci;
        CREATE TABLE greylisting_whitelist_domains (id BIGINT(20) UNSIGNED NOT NULL AUTO_INCREMENT,
            domain VARCHAR(255) NOT NULL DEFAULT '', PRIMARY KEY (id), UNIQUE INDEX domain (domain))
            ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci;
        CREATE TABLE greylisting_tracking (id BIGINT(20) UNSIGNED NOT NULL AUTO_INCREMENT, sender VARCHAR(255) NOT NULL,
            recipient VARCHAR(255) NOT NULL, client_address VARCHAR(40) NOT NULL,
            sender_domain VARCHAR(255) NOT NULL DEFAULT '', rcpt_domain VARCHAR(255) NOT NULL DEFAULT '',
            init_time INT(10) UNSIGNED NOT NULL DEFAULT 0, block_expired INT(10) UNSIGNED NOT NULL DEFAULT 0,
            record_expired INT(10) UNSIGNED NOT NULL DEFAULT 0, blocked_count BIGINT(20) NOT NULL DEFAULT 0,
            passed TINYINT(1) NOT NULL DEFAULT 0, PRIMARY KEY (id),
            UNIQUE INDEX sender_recipient_client_address (sender, recipient, client_address),
            INDEX sender_domain (sender_domain), INDEX rcpt_domain (rcpt_domain),
            INDEX client_address_passed (client_address, passed))
            ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci;
        """

    /// Every column and every index of the tables, to see that nobody has changed them.
    static func shape(_ database: TestDatabase) throws -> [[SQLValue]] {
        if case .postgreSQL = database {
            return try database.sql(
                """
                SELECT table_name || '.' || column_name || ' ' || data_type || ' ' || coalesce(column_default, '')
                    || ' ' || is_nullable || ' ' || coalesce(character_maximum_length, 0) AS shape
                FROM information_schema.columns WHERE table_name LIKE 'greylisting%'
                UNION ALL SELECT indexdef FROM pg_indexes WHERE tablename LIKE 'greylisting%' ORDER BY shape
                """)
        }
        return try database.sql(
            """
            SELECT concat(table_name, '.', column_name, ' ', column_type, ' ', coalesce(column_default, ''), ' ',
                is_nullable, ' ', coalesce(collation_name, '')) AS shape
            FROM information_schema.columns WHERE table_schema = database() AND table_name LIKE 'greylisting%'
            UNION ALL SELECT concat(table_name, '.', index_name, ' ', column_name, ' ', non_unique)
            FROM information_schema.statistics WHERE table_schema = database() AND table_name LIKE 'greylisting%'
            ORDER BY shape
            """)
    }

    /// A row of the tracking as iRedAPD writes it.
    static func track(
        _ database: TestDatabase, _ client: String, from sender: String = "a@sender.example",
        to recipient: String = "b@rcpt.example", first: Int, retry: Int, expires: Int, count: Int = 1, passed: Bool
    ) throws {
        let columns = "sender, recipient, client_address, sender_domain, rcpt_domain, init_time, block_expired"
        try database.sql(
            """
            INSERT INTO greylisting_tracking (\(columns), record_expired, blocked_count, passed)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """,
            [
                .text(sender), .text(recipient), .text(client), .text("sender.example"), .text("rcpt.example"),
                .integer(Int64(first)), .integer(Int64(retry)), .integer(Int64(expires)), .integer(Int64(count)),
                .integer(passed ? 1 : 0),
            ])
    }
}
