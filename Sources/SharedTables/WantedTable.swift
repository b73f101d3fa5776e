internal import SQLStore

/// What Postern wants of a table of iRedAPD's.
struct WantedTable {
    /// A column that early versions lack, or that is too narrow.
    struct Column {
        var name: String
        /// The largest number that it should hold at least.
        var atLeast: Int64
        /// The type and the default, as PostgreSQL and as MariaDB write them.
        var type: String
        var mariaDBType: String
        var `default`: Int64 = 0
    }

    /// Columns whose values are there once.
    struct UniqueKey {
        var columns: [String]
        var name: String
        /// Of two rows of these values, `k` and `d`: when `k` stays and `d` goes.
        var stays: String = "k.id < d.id"
        /// The same in words.
        var staysInWords: String = "the row with the lowest id stays"
        /// Rows that differ here are for an administrator to choose from.
        var mustAgree: [String] = []
        /// Statements before the rows go, with their reasons.
        var before: [(reason: String, statement: String)] = []
    }

    /// An index of PostgreSQL's over an expression; the columns of MariaDB ignore case by themselves.
    struct Index {
        var name: String
        var expression: String
        /// What it is for.
        var reason: String
    }

    /// A foreign key that takes rows away with the row they refer to.
    struct Cascade {
        var column: String
        var table: String
        var name: String
    }

    var name: String
    var columns: [Column] = []
    var key: UniqueKey
    var cascade: Cascade?
    var index: Index?

    private static let wide = (postgreSQL: "BIGINT NOT NULL", mariaDB: "BIGINT(20) UNSIGNED NOT NULL")
    private static let latest = Int64(UInt32.max)

    private static func count(_ name: String) -> Column {
        Column(name: name, atLeast: .max, type: wide.postgreSQL, mariaDBType: wide.mariaDB)
    }

    private static func time(_ name: String) -> Column {
        Column(name: name, atLeast: latest, type: wide.postgreSQL, mariaDBType: "INT(10) UNSIGNED NOT NULL")
    }

    private static func limit(_ name: String) -> Column {
        Column(
            name: name, atLeast: .max, type: wide.postgreSQL, mariaDBType: "BIGINT(20) NOT NULL", default: -1)
    }

    /// In the order in which they are migrated.
    static let all = [
        throttle, tracking,
        WantedTable(
            name: "greylisting",
            key: UniqueKey(
                columns: ["account", "sender"], name: "idx_greylisting_account_sender", mustAgree: ["active"])),
        pairs("greylisting_whitelists"), pairs("greylisting_whitelist_domain_spf"),
        WantedTable(
            name: "greylisting_whitelist_domains",
            key: UniqueKey(columns: ["domain"], name: "idx_greylisting_whitelist_domains_domain")),
        WantedTable(
            name: "greylisting_tracking",
            key: UniqueKey(
                columns: ["sender", "recipient", "client_address"], name: "idx_greylisting_tracking_triplet",
                stays: "k.passed > d.passed OR (k.passed = d.passed AND k.id < d.id)",
                staysInWords: "the row that has passed stays, of several the one with the lowest id")),
        WantedTable(
            name: "srs_exclude_domains",
            key: UniqueKey(columns: ["domain"], name: "idx_srs_exclude_domains_domain")),
        WantedTable(
            name: "wblist_rdns",
            key: UniqueKey(columns: ["rdns"], name: "idx_wblist_rdns_rdns", mustAgree: ["wb"]),
            index: Index(
                name: "idx_wblist_rdns_lower", expression: "lower(rdns)",
                reason: "Names are found in any case without reading the whole table.")),
    ]

    private static let throttle = WantedTable(
        name: "throttle", columns: ["msg_size", "max_msgs", "max_quota", "max_rcpts"].map(limit),
        key: UniqueKey(
            columns: ["account", "kind"], name: "idx_throttle_account_kind",
            mustAgree: ["priority", "period", "msg_size", "max_msgs", "max_quota", "max_rcpts"],
            before: [
                (
                    "The counters of settings that go belong to the one that stays.",
                    """
                    UPDATE throttle_tracking SET tid = (
                        SELECT min(k.id) FROM throttle k JOIN throttle d ON d.account = k.account AND d.kind = k.kind
                        WHERE d.id = throttle_tracking.tid)
                    WHERE tid IN (
                        SELECT d.id FROM throttle d JOIN throttle k ON d.account = k.account AND d.kind = k.kind
                        WHERE k.id < d.id)
                    """
                )
            ]))

    private static let tracking = WantedTable(
        name: "throttle_tracking",
        columns: [count("cur_msgs"), count("cur_quota")]
            + ["period", "init_time", "last_time", "last_notify_time"].map(time),
        key: UniqueKey(
            columns: ["tid", "account"], name: "idx_throttle_tracking_tid_account",
            stays: "k.init_time > d.init_time OR (k.init_time = d.init_time AND k.id < d.id)",
            staysInWords: "the row with the newest window stays, of several the one with the lowest id, as the service "
                + "has it"),
        cascade: Cascade(column: "tid", table: "throttle", name: "throttle_tracking_tid_cascade"))

    private static func pairs(_ name: String) -> WantedTable {
        WantedTable(name: name, key: UniqueKey(columns: ["account", "sender"], name: "idx_\(name)_account_sender"))
    }
}
