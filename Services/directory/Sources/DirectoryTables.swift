internal import SQLStore

/// The tables of this service. On SQLite they are all in one file, with the names and columns of iRedMail's; on a
/// server those of the accounts are never made, those of the lists where they are missing.
enum DirectoryTables {
    static let schema = SQLSchema(component: "directory", steps: [accounts + lists + reverseNames])

    private static let accounts =
        """
        CREATE TABLE domain (domain TEXT COLLATE NOCASE PRIMARY KEY, backupmx INTEGER NOT NULL DEFAULT 0,
            active INTEGER NOT NULL DEFAULT 1) WITHOUT ROWID;
        CREATE TABLE alias_domain (alias_domain TEXT COLLATE NOCASE PRIMARY KEY,
            target_domain TEXT COLLATE NOCASE NOT NULL, active INTEGER NOT NULL DEFAULT 1) WITHOUT ROWID;
        CREATE TABLE mailbox (username TEXT COLLATE NOCASE PRIMARY KEY, domain TEXT COLLATE NOCASE NOT NULL,
            passwordlastchange TEXT NOT NULL DEFAULT '1970-01-01 00:00:00', active INTEGER NOT NULL DEFAULT 1,
            allowedsenders TEXT NOT NULL DEFAULT '', rejectedsenders TEXT NOT NULL DEFAULT '',
            allowedrecipients TEXT NOT NULL DEFAULT '', rejectedrecipients TEXT NOT NULL DEFAULT '') WITHOUT ROWID;
        CREATE TABLE alias (address TEXT COLLATE NOCASE PRIMARY KEY, domain TEXT COLLATE NOCASE NOT NULL,
            accesspolicy TEXT NOT NULL DEFAULT '', active INTEGER NOT NULL DEFAULT 1) WITHOUT ROWID;
        CREATE TABLE maillists (address TEXT COLLATE NOCASE PRIMARY KEY, domain TEXT COLLATE NOCASE NOT NULL,
            accesspolicy TEXT NOT NULL DEFAULT '', active INTEGER NOT NULL DEFAULT 1) WITHOUT ROWID;
        CREATE TABLE forwardings (address TEXT COLLATE NOCASE NOT NULL, forwarding TEXT COLLATE NOCASE NOT NULL,
            domain TEXT COLLATE NOCASE NOT NULL, is_list INTEGER NOT NULL DEFAULT 0,
            is_alias INTEGER NOT NULL DEFAULT 0, active INTEGER NOT NULL DEFAULT 1,
            PRIMARY KEY (address, forwarding)) WITHOUT ROWID;
        CREATE TABLE moderators (address TEXT COLLATE NOCASE NOT NULL, moderator TEXT COLLATE NOCASE NOT NULL,
            domain TEXT COLLATE NOCASE NOT NULL, PRIMARY KEY (address, moderator)) WITHOUT ROWID;
        CREATE TABLE maillist_owners (address TEXT COLLATE NOCASE NOT NULL, owner TEXT COLLATE NOCASE NOT NULL,
            domain TEXT COLLATE NOCASE NOT NULL, PRIMARY KEY (address, owner)) WITHOUT ROWID;

        """

    private static let lists =
        """
        CREATE TABLE users (id INTEGER PRIMARY KEY, priority INTEGER NOT NULL DEFAULT 7,
            policy_id INTEGER NOT NULL DEFAULT 0, email TEXT COLLATE NOCASE NOT NULL UNIQUE);
        CREATE TABLE mailaddr (id INTEGER PRIMARY KEY, priority INTEGER NOT NULL DEFAULT 7,
            email TEXT COLLATE NOCASE NOT NULL UNIQUE);
        CREATE TABLE wblist (rid INTEGER NOT NULL, sid INTEGER NOT NULL, wb TEXT NOT NULL, PRIMARY KEY (rid, sid))
            WITHOUT ROWID;
        CREATE TABLE outbound_wblist (rid INTEGER NOT NULL, sid INTEGER NOT NULL, wb TEXT NOT NULL,
            PRIMARY KEY (rid, sid)) WITHOUT ROWID;

        """

    private static let reverseNames =
        """
        CREATE TABLE wblist_rdns (id INTEGER PRIMARY KEY, rdns TEXT COLLATE NOCASE NOT NULL UNIQUE,
            wb TEXT NOT NULL DEFAULT 'B');
        """

    /// Amavisd's tables, as far as they are used here.
    static let listTables = [
        SQLTable(
            "users",
            postgreSQL: """
                CREATE TABLE users (id SERIAL PRIMARY KEY, priority INTEGER NOT NULL DEFAULT 7,
                    policy_id INTEGER NOT NULL DEFAULT 1, email BYTEA NOT NULL UNIQUE, fullname VARCHAR(255))
                """,
            mariaDB: """
                CREATE TABLE users (id INT UNSIGNED AUTO_INCREMENT PRIMARY KEY, priority INTEGER NOT NULL DEFAULT 7,
                    policy_id INTEGER UNSIGNED NOT NULL DEFAULT 1, email VARBINARY(255) NOT NULL UNIQUE,
                    fullname VARCHAR(255)) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4
                """),
        SQLTable(
            "mailaddr",
            postgreSQL: """
                CREATE TABLE mailaddr (id SERIAL PRIMARY KEY, priority INTEGER NOT NULL DEFAULT 7,
                    email BYTEA NOT NULL UNIQUE)
                """,
            mariaDB: """
                CREATE TABLE mailaddr (id INT UNSIGNED AUTO_INCREMENT PRIMARY KEY,
                    priority INTEGER NOT NULL DEFAULT 7, email VARBINARY(255) NOT NULL UNIQUE)
                    ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4
                """),
        pairs("wblist"), pairs("outbound_wblist"),
    ]

    private static func pairs(_ name: String) -> SQLTable {
        SQLTable(
            name,
            postgreSQL: """
                CREATE TABLE \(name) (rid INTEGER NOT NULL, sid INTEGER NOT NULL, wb VARCHAR(10) NOT NULL,
                    PRIMARY KEY (rid, sid))
                """,
            mariaDB: """
                CREATE TABLE \(name) (rid INTEGER UNSIGNED NOT NULL, sid INTEGER UNSIGNED NOT NULL,
                    wb VARCHAR(10) NOT NULL, PRIMARY KEY (rid, sid)) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4
                """)
    }

    /// iRedAPD's table; PostgreSQL finds names in any case by an index that iRedAPD's lacks.
    static let reverseNameTables = [
        SQLTable(
            "wblist_rdns",
            postgreSQL: """
                CREATE TABLE wblist_rdns (id SERIAL PRIMARY KEY, rdns VARCHAR(255) NOT NULL DEFAULT '' UNIQUE,
                    wb VARCHAR(10) NOT NULL DEFAULT 'B');
                CREATE INDEX idx_wblist_rdns_lower ON wblist_rdns (lower(rdns))
                """,
            mariaDB: """
                CREATE TABLE wblist_rdns (id BIGINT UNSIGNED AUTO_INCREMENT PRIMARY KEY,
                    rdns VARCHAR(255) NOT NULL DEFAULT '' UNIQUE, wb VARCHAR(10) NOT NULL DEFAULT 'B')
                    ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4
                """)
    ]
}
