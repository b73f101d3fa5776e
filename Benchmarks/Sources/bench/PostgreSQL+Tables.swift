extension PostgreSQL {
    /// The tables of an `iredapd` database that greylisting and throttling use, with the unique keys Postern asks for.
    static let tables = """
        CREATE TABLE throttle (
            id serial PRIMARY KEY, account varchar(255) NOT NULL, kind varchar(10) NOT NULL DEFAULT 'outbound',
            priority bigint NOT NULL DEFAULT 0, period bigint NOT NULL DEFAULT 0, msg_size bigint NOT NULL DEFAULT -1,
            max_msgs bigint NOT NULL DEFAULT -1, max_quota bigint NOT NULL DEFAULT -1,
            max_rcpts bigint NOT NULL DEFAULT -1, UNIQUE (account, kind));
        CREATE TABLE throttle_tracking (
            id serial PRIMARY KEY, tid bigint REFERENCES throttle (id) ON DELETE CASCADE,
            account varchar(255) NOT NULL DEFAULT '', period bigint NOT NULL DEFAULT 0,
            cur_msgs bigint NOT NULL DEFAULT 0, cur_quota bigint NOT NULL DEFAULT 0,
            init_time bigint NOT NULL DEFAULT 0, last_time bigint NOT NULL DEFAULT 0,
            last_notify_time bigint NOT NULL DEFAULT 0, UNIQUE (tid, account));
        CREATE TABLE greylisting (
            id serial PRIMARY KEY, account varchar(255) NOT NULL DEFAULT '', priority smallint NOT NULL DEFAULT 0,
            sender varchar(255) NOT NULL DEFAULT '', sender_priority smallint NOT NULL DEFAULT 0,
            comment varchar(255) NOT NULL DEFAULT '', active smallint NOT NULL DEFAULT 1, UNIQUE (account, sender));
        INSERT INTO greylisting (account, priority, sender, sender_priority, active) VALUES ('@.', 0, '@.', 0, 1);
        CREATE TABLE greylisting_whitelists (
            id serial PRIMARY KEY, account varchar(255) NOT NULL DEFAULT '', sender varchar(255) NOT NULL DEFAULT '',
            comment varchar(255) NOT NULL DEFAULT '', UNIQUE (account, sender));
        CREATE TABLE greylisting_whitelist_domain_spf (LIKE greylisting_whitelists INCLUDING ALL);
        CREATE TABLE greylisting_whitelist_domains (
            id serial PRIMARY KEY, domain varchar(255) NOT NULL DEFAULT '' UNIQUE);
        CREATE TABLE greylisting_tracking (
            id serial PRIMARY KEY, sender varchar(255) NOT NULL, recipient varchar(255) NOT NULL,
            client_address varchar(40) NOT NULL, sender_domain varchar(255) NOT NULL DEFAULT '',
            rcpt_domain varchar(255) NOT NULL DEFAULT '', init_time bigint NOT NULL DEFAULT 0,
            block_expired bigint NOT NULL DEFAULT 0, record_expired bigint NOT NULL DEFAULT 0,
            blocked_count bigint NOT NULL DEFAULT 0, passed smallint NOT NULL DEFAULT 0,
            UNIQUE (sender, recipient, client_address));
        CREATE INDEX ON greylisting_tracking (sender_domain);
        CREATE INDEX ON greylisting_tracking (rcpt_domain);
        CREATE INDEX ON greylisting_tracking (client_address, passed);
        """

    /// Rows of the first `count` clients of the load, which have passed; as the suite would have written them.
    static func filling(_ count: Int) -> String {
        """
        INSERT INTO greylisting_tracking (sender, recipient, client_address, sender_domain, rcpt_domain, init_time,
            block_expired, record_expired, blocked_count, passed)
        SELECT 'sender' || number || '@example.net', 'user' || number % 100000 || '@example.com',
            host('32.0.0.0'::inet + (number * 40503 + 12345) % 67108864), 'example.net', 'example.com',
            extract(epoch FROM now())::bigint - 600, extract(epoch FROM now())::bigint - 300,
            extract(epoch FROM now())::bigint + 86400 * 30, 1, 1
        FROM generate_series(0::bigint, \(count - 1)) AS number;
        ANALYZE greylisting_tracking;
        """
    }
}
