internal import SQLStore

/// The statements of greylisting that all engines share, on one connection. It does not open transactions: who calls
/// it does.
struct GreylistStore<Connection: GreylistConnection> {
    let connection: Connection
    /// What is remembered of clients and triplets.
    var tracking: Connection.Tracking

    /// The store on a connection whose tables are in place.
    init(_ connection: Connection) throws {
        self.connection = connection
        tracking = try Connection.Tracking(connection)
    }

    var dialect: SQLDialect { connection.dialect }

    // MARK: - Settings

    /// All rows of `greylisting`, the deciding ones first.
    func settings() throws -> [(setting: GreylistSetting, comment: String)] {
        let rows = try connection.query(
            "SELECT id, account, priority, sender, sender_priority, active, comment FROM greylisting")
        return rows.compactMap { Self.setting($0) }.sorted { Self.listingOrder($0.setting, $1.setting) }
    }

    private static func setting(_ row: [SQLValue]) -> (setting: GreylistSetting, comment: String)? {
        guard row.count == 7, let id = row[0].integerValue else { return nil }
        let setting = GreylistSetting(
            id: id, account: row[1].textValue?.lowercased() ?? "", priority: row[2].number,
            sender: row[3].textValue?.lowercased() ?? "", senderPriority: row[4].number, isActive: row[5].number == 1)
        return (setting, row[6].textValue ?? "")
    }

    /// Sorted here, since engines sort text in ways of their own.
    private static func listingOrder(_ left: GreylistSetting, _ right: GreylistSetting) -> Bool {
        if left.priority != right.priority { return left.priority > right.priority }
        if left.senderPriority != right.senderPriority { return left.senderPriority > right.senderPriority }
        return (left.account, left.sender, left.id) < (right.account, right.sender, right.id)
    }

    // MARK: - Whitelists

    /// So many accounts of a whitelist are kept in memory.
    private static var maximumAccounts: Int { 64 }

    /// The accounts for which the table has rows; nil when there are too many to be kept.
    func accounts(_ whitelist: GreylistWhitelist) throws -> Set<String>? {
        var accounts: Set<String> = []
        let name = whitelist.rawValue
        var next = try connection.query("SELECT account FROM \(name) ORDER BY account LIMIT 1")
        while let account = next.first?.first?.textValue {
            guard accounts.count < Self.maximumAccounts else { return nil }
            accounts.insert(account.lowercased())
            next = try connection.query(
                "SELECT account FROM \(name) WHERE account > ? ORDER BY account LIMIT 1", [.text(account)])
        }
        return accounts
    }

    /// The rows that no key of an attempt finds.
    func networks(_ whitelist: GreylistWhitelist) throws -> [(account: String, sender: String)] {
        let isNetwork = dialect == .sqlite ? GreylistSchema.isNetwork : GreylistTables.isNetwork
        let rows = try connection.query(
            "SELECT account, sender FROM \(whitelist.rawValue) WHERE \(isNetwork) ORDER BY id")
        return rows.map { ($0.first?.textValue ?? "", $0.last?.textValue ?? "") }
    }

    // MARK: - Changes by other processes

    /// The column of `postern_meta` that holds numbers.
    private var metaColumn: String { dialect == .sqlite ? "value" : "number" }

    /// A number that changes with each management verb that changed something.
    func revision() throws -> Int64 {
        let rows = try connection.query("SELECT \(metaColumn) FROM postern_meta WHERE name = 'greylist_revision'")
        return rows.first?.first?.integerValue ?? 0
    }

    /// Lets every process that uses this database see that a verb has changed something.
    func advanceRevision() throws {
        let clash = dialect == .mariaDB ? "ON DUPLICATE KEY UPDATE" : "ON CONFLICT (name) DO UPDATE SET"
        try connection.execute(
            """
            INSERT INTO postern_meta (name, \(metaColumn)) VALUES ('greylist_revision', 1)
            \(clash) \(metaColumn) = postern_meta.\(metaColumn) + 1
            """)
    }
}

extension SQLValue {
    /// The integer; 0 when this is something else.
    var number: Int { Int(clamping: integerValue ?? 0) }
}
