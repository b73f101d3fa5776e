internal import SQLStore

/// What this service asks of an engine's connection besides the recording rule. All of it runs on the store's thread.
protocol ThrottleConnection: SQLConnection {
    /// Creates tables that are missing, and tells what the counters' table can hold.
    func prepareThrottle() throws -> CounterTable
    /// What the counters' table can hold, when others may have changed it.
    func counterTable() throws -> CounterTable
    /// The counter's row as this engine finds it.
    func counterRow(_ key: TrackingKey, hash: KeyedHash) -> CounterRow

    /// A number that changes whenever a rule does by a verb of Postern's; on SQLite by whomever.
    func rulesVersion() throws -> Int64
    /// Makes that number change, in the open transaction, and keeps others from changing rules until its end.
    func noteChange() throws
    /// All rules that can be read, and the accounts of rows that cannot.
    func rules() throws -> (rules: [ThrottleRule], unreadable: [String])
    /// The stored windows of counters; nil where there is none. Locks the rows, in primary-key order, and where the
    /// database itself does not, keeps others from making those that are missing.
    func windows(of rows: [CounterRow], in table: CounterTable) throws -> [StoredWindow?]
    /// Writes windows, in the order of their rows.
    /// - Throws: `.constraint` also when somebody else has made a missing row, or removed its rule, meanwhile.
    func save(_ changes: [CounterChange]) throws
    /// Looks at a portion of the counters behind `cursor` and removes those that are over or have lost their rule.
    /// - Returns: Where to go on; nil at the end of the table.
    func removeEnded(after cursor: Bytes16?, limit: Int, now: Int64) throws -> Bytes16?

    /// A page of the settings, by id.
    func settings(_ filter: SettingsFilter) throws -> [ThrottleSetting]
    /// Changes a setting or makes a new one.
    func set(_ change: SettingChange) throws
    /// Removes most of a setting's counters, in transactions of their own, so that removing it does not take long.
    func thinOutCounters(account: String, kind: ThrottleKind) throws
    /// Removes a setting.
    /// - Returns: Whether there was one.
    func removeSetting(account: String, kind: ThrottleKind) throws -> Bool
    /// A page of the counters.
    func counters(_ filter: CountersFilter) throws -> CountersPage
    /// Removes the counters of an account under every rule, by primary key.
    /// - Returns: How many there were.
    func removeCounters(of accounts: [String]) throws -> Int
}

/// A counter, the hash that is its row's primary key on SQLite, and its account as it is stored in the column. Hosts
/// that share a database go through counters in the order of the hashes.
struct CounterRow: Hashable, Sendable {
    var id: Bytes16
    var key: TrackingKey
    var accountText: String

    init(_ key: TrackingKey, hash: KeyedHash) {
        self.key = key
        id = hash(String(key.rule), key.account)
        accountText = SQLText.fit(key.account, columns: 255, hash: hash)
    }
}

/// A window with the number of its row in a shared table.
struct StoredWindow: Hashable, Sendable {
    var row: Int64
    var window: RateWindow
}

/// A counter to be written: in the row of this number, or in a new one.
struct CounterChange: Hashable, Sendable {
    var counter: CounterRow
    var row: Int64?
    var window: RateWindow
}
