internal import SQLStore

/// The statements of greylisting on one SQLite connection. It does not open transactions: who calls it does.
struct GreylistStore {
    /// The two tables of whitelisted senders.
    enum Whitelist: String, CaseIterable {
        /// Filled from the SPF records of whitelisted domains.
        case spf = "greylisting_whitelist_domain_spf"
        /// Filled by administrators, and by outgoing mail.
        case manual = "greylisting_whitelists"
    }

    let connection: SQLiteConnection
    let hash: KeyedHash

    /// The store on a connection whose tables are in place.
    init(_ connection: SQLiteConnection) throws {
        self.connection = connection
        hash = try connection.keyedHash()
    }

    // MARK: - Settings

    /// All rows of `greylisting`, the deciding ones first.
    func settings() throws -> [(setting: GreylistSetting, comment: String)] {
        let sql = """
            SELECT id, account, priority, sender, sender_priority, active, comment FROM greylisting
            ORDER BY priority DESC, sender_priority DESC, account, sender
            """
        var rows: [(setting: GreylistSetting, comment: String)] = []
        try connection.forEachRow(sql) { row in
            let setting = GreylistSetting(
                id: row.integer(0), account: row.text(1).lowercased(), priority: Int(clamping: row.integer(2)),
                sender: row.text(3).lowercased(), senderPriority: Int(clamping: row.integer(4)),
                isActive: row.integer(5) == 1)
            rows.append((setting, row.text(6)))
        }
        return rows
    }

    // MARK: - Whitelists

    /// Whether the table has any row at all.
    func hasRows(_ whitelist: Whitelist) throws -> Bool {
        try !connection.query("SELECT 1 FROM \(whitelist.rawValue) LIMIT 1").isEmpty
    }

    /// The rows that no index by sender finds.
    func networks(_ whitelist: Whitelist) throws -> [(account: String, sender: String)] {
        var rows: [(account: String, sender: String)] = []
        try connection.forEachRow(
            "SELECT account, sender FROM \(whitelist.rawValue) WHERE \(GreylistSchema.isNetwork) ORDER BY id"
        ) { rows.append(($0.text(0), $0.text(1))) }
        return rows
    }

    /// The first of the sender keys that is whitelisted for one of the recipient keys. Nearly always no sender key has
    /// a row, and it takes one look for each to find that out.
    func match(_ whitelist: Whitelist, senders: [String], accounts: [String]) throws -> String? {
        try connection.withStatement("SELECT 1 FROM \(whitelist.rawValue) WHERE sender = ? LIMIT 1") { statement in
            for sender in senders {
                try statement.bind(sender, at: 1)
                let isListed = try statement.step()
                statement.reset()
                if isListed, try isWhitelisted(whitelist, sender: sender, accounts: accounts) { return sender }
            }
            return nil
        }
    }

    private func isWhitelisted(_ whitelist: Whitelist, sender: String, accounts: [String]) throws -> Bool {
        let sql = "SELECT 1 FROM \(whitelist.rawValue) WHERE sender = ? AND account = ?"
        return try connection.withStatement(sql) { statement in
            try statement.bind(sender, at: 1)
            for account in accounts {
                try statement.bind(account, at: 2)
                let isFound = try statement.step()
                statement.reset()
                if isFound { return true }
            }
            return false
        }
    }

    // MARK: - Changes by other processes

    /// A number that changes when another connection has written anything.
    func dataVersion() throws -> Int64 {
        try connection.query("PRAGMA data_version").first?.first?.integerValue ?? 0
    }

    /// A number that changes with each management verb that changed something.
    func revision() throws -> Int64 {
        let rows = try connection.query("SELECT value FROM postern_meta WHERE name = 'greylist_revision'")
        return rows.first?.first?.integerValue ?? 0
    }

    /// Lets every process that uses this database see that a verb has changed something.
    func advanceRevision() throws {
        try connection.execute(
            """
            INSERT INTO postern_meta (name, value) VALUES ('greylist_revision', 1)
            ON CONFLICT (name) DO UPDATE SET value = value + 1
            """)
    }
}
