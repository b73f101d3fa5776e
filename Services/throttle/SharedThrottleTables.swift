internal import SQLStore

/// iRedAPD's tables as Postern makes them where they are missing: the same columns, with the keys that iRedAPD lacks,
/// and counts of 64 bits.
let throttleTables = [
    SQLTable(
        "throttle",
        postgreSQL: """
            CREATE TABLE throttle (id BIGSERIAL PRIMARY KEY, account VARCHAR(255) NOT NULL,
                kind VARCHAR(10) NOT NULL DEFAULT 'outbound', priority BIGINT NOT NULL DEFAULT 0,
                period BIGINT NOT NULL DEFAULT 0, msg_size BIGINT NOT NULL DEFAULT -1,
                max_msgs BIGINT NOT NULL DEFAULT -1, max_quota BIGINT NOT NULL DEFAULT -1,
                max_rcpts BIGINT NOT NULL DEFAULT -1);
            CREATE UNIQUE INDEX idx_throttle_account_kind ON throttle (account, kind);
            """,
        mariaDB: """
            CREATE TABLE throttle (id BIGINT(20) UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
                account VARCHAR(255) NOT NULL, kind VARCHAR(10) NOT NULL DEFAULT 'outbound',
                priority TINYINT(1) UNSIGNED NOT NULL DEFAULT 0, period INT(10) UNSIGNED NOT NULL DEFAULT 0,
                msg_size BIGINT(20) NOT NULL DEFAULT -1, max_msgs BIGINT(20) NOT NULL DEFAULT -1,
                max_quota BIGINT(20) NOT NULL DEFAULT -1, max_rcpts BIGINT(20) NOT NULL DEFAULT -1,
                UNIQUE account_kind (account, kind)) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4;
            """),
    SQLTable(
        "throttle_tracking",
        postgreSQL: """
            CREATE TABLE throttle_tracking (id BIGSERIAL PRIMARY KEY, tid BIGINT, account VARCHAR(255) NOT NULL DEFAULT '',
                period BIGINT NOT NULL DEFAULT 0, cur_msgs BIGINT NOT NULL DEFAULT 0,
                cur_quota BIGINT NOT NULL DEFAULT 0, init_time BIGINT NOT NULL DEFAULT 0,
                last_time BIGINT NOT NULL DEFAULT 0, last_notify_time BIGINT NOT NULL DEFAULT 0,
                CONSTRAINT throttle_tracking_tid_cascade FOREIGN KEY (tid) REFERENCES throttle (id) ON DELETE CASCADE)
                WITH (fillfactor = 70);
            CREATE UNIQUE INDEX idx_throttle_tracking_tid_account ON throttle_tracking (tid, account);
            """,
        mariaDB: """
            CREATE TABLE throttle_tracking (id BIGINT(20) UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
                tid BIGINT(20) UNSIGNED NOT NULL DEFAULT 0, account VARCHAR(255) NOT NULL DEFAULT '',
                period INT(10) UNSIGNED NOT NULL DEFAULT 0, cur_msgs BIGINT(20) UNSIGNED NOT NULL DEFAULT 0,
                cur_quota BIGINT(20) UNSIGNED NOT NULL DEFAULT 0, init_time INT(10) UNSIGNED NOT NULL DEFAULT 0,
                last_time INT(10) UNSIGNED NOT NULL DEFAULT 0, last_notify_time INT(10) UNSIGNED NOT NULL DEFAULT 0,
                UNIQUE tid_account (tid, account),
                CONSTRAINT throttle_tracking_tid_cascade FOREIGN KEY (tid) REFERENCES throttle (id) ON DELETE CASCADE)
                ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4;
            """),
]
