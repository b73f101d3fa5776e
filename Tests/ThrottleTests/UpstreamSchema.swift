/// iRedAPD's tables as its installer makes them: no unique keys on PostgreSQL, narrow counters on MariaDB, a foreign
/// key that keeps settings as long as they have counters.
enum UpstreamSchema {
    static func tables(_ engine: Engine) -> String {
        engine == .postgreSQL ? postgreSQL : mariaDB
    }

    private static let postgreSQL = """
        CREATE TABLE throttle (
            id SERIAL PRIMARY KEY, account VARCHAR(255) NOT NULL, kind VARCHAR(10) NOT NULL DEFAULT 'outbound',
            priority BIGINT NOT NULL DEFAULT 0, period BIGINT NOT NULL DEFAULT 0, msg_size BIGINT NOT NULL DEFAULT -1,
            max_msgs BIGINT NOT NULL DEFAULT -1, max_quota BIGINT NOT NULL DEFAULT -1,
            max_rcpts BIGINT NOT NULL DEFAULT -1);
        CREATE INDEX idx_account ON throttle (account);
        CREATE TABLE throttle_tracking (
            id SERIAL PRIMARY KEY, tid BIGINT REFERENCES throttle (id), account VARCHAR(255) NOT NULL DEFAULT '',
            period BIGINT NOT NULL DEFAULT 0, cur_msgs BIGINT NOT NULL DEFAULT 0, cur_quota BIGINT NOT NULL DEFAULT 0,
            init_time BIGINT NOT NULL DEFAULT 0, last_time BIGINT NOT NULL DEFAULT 0,
            last_notify_time BIGINT NOT NULL DEFAULT 0);
        CREATE INDEX idx_tid_account ON throttle_tracking (tid, account);
        """

    private static let mariaDB = """
        CREATE TABLE throttle (
            id BIGINT(20) UNSIGNED AUTO_INCREMENT, account VARCHAR(255) NOT NULL,
            kind VARCHAR(10) NOT NULL DEFAULT 'outbound', priority TINYINT(1) UNSIGNED NOT NULL DEFAULT 0,
            period INT(10) UNSIGNED NOT NULL DEFAULT 0, msg_size BIGINT(20) NOT NULL DEFAULT -1,
            max_msgs BIGINT(20) NOT NULL DEFAULT -1, max_quota BIGINT(20) NOT NULL DEFAULT -1,
            max_rcpts BIGINT(20) NOT NULL DEFAULT -1, PRIMARY KEY (id), UNIQUE account_kind (account, kind)
        ) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci;
        CREATE TABLE throttle_tracking (
            id BIGINT(20) UNSIGNED AUTO_INCREMENT, tid BIGINT(20) UNSIGNED NOT NULL DEFAULT 0,
            account VARCHAR(255) NOT NULL DEFAULT '', period INT(10) UNSIGNED NOT NULL DEFAULT 0,
            cur_msgs MEDIUMINT(8) UNSIGNED NOT NULL DEFAULT 0, cur_quota INT(10) UNSIGNED NOT NULL DEFAULT 0,
            init_time INT(10) UNSIGNED NOT NULL DEFAULT 0, last_time INT(10) UNSIGNED NOT NULL DEFAULT 0,
            last_notify_time INT(10) UNSIGNED NOT NULL DEFAULT 0, PRIMARY KEY (id),
            UNIQUE tid_account (tid, account), FOREIGN KEY (tid) REFERENCES throttle (id)
        ) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci;
        """

    /// The tables of other services in the same database.
    static func otherTables(_ engine: Engine) -> String {
        let id = engine == .postgreSQL ? "id SERIAL PRIMARY KEY" : "id BIGINT(20) UNSIGNED AUTO_INCREMENT PRIMARY KEY"
        let small = engine == .postgreSQL ? "SMALLINT" : "TINYINT(2)"
        let pair = """
            \(id), account VARCHAR(100) NOT NULL DEFAULT '', sender VARCHAR(100) NOT NULL DEFAULT '',
            comment VARCHAR(255) NOT NULL DEFAULT '', UNIQUE (account, sender)
            """
        return """
            CREATE TABLE greylisting (\(pair), priority \(small) NOT NULL DEFAULT 0,
                sender_priority \(small) NOT NULL DEFAULT 0, active \(small) NOT NULL DEFAULT 1);
            CREATE TABLE greylisting_whitelists (\(pair));
            CREATE TABLE greylisting_whitelist_domain_spf (\(pair));
            CREATE TABLE greylisting_whitelist_domains (\(id), domain VARCHAR(255) NOT NULL DEFAULT '', UNIQUE (domain));
            CREATE TABLE srs_exclude_domains (\(id), domain VARCHAR(255) NOT NULL DEFAULT '', UNIQUE (domain));
            CREATE TABLE wblist_rdns (\(id), rdns VARCHAR(255) NOT NULL DEFAULT '', wb VARCHAR(10) NOT NULL DEFAULT 'B',
                UNIQUE (rdns));
            CREATE TABLE greylisting_tracking (\(id), sender VARCHAR(255) NOT NULL, recipient VARCHAR(255) NOT NULL,
                client_address VARCHAR(40) NOT NULL, passed \(small) NOT NULL DEFAULT 0,
                UNIQUE (sender, recipient, client_address));
            """
    }
}
