internal import SQLStore

/// What this service asks of an engine's connection besides the recording rule. All of it runs on the store's thread.
protocol ThrottleConnection: StoreConnection {
    /// The hash for primary keys of counters.
    func keyedHash() throws(SQLError) -> KeyedHash
    /// A number that changes whenever a rule does, by whomever.
    func rulesVersion() throws -> Int64
    /// All rules that can be read, and the accounts of rows that cannot.
    func rules() throws -> (rules: [ThrottleRule], unreadable: [String])
    /// The stored windows of counters, which come in primary-key order; nil where there is none. Locks the rows.
    func windows(of rows: [CounterRow]) throws -> [RateWindow?]
    /// Writes windows, in primary-key order.
    func save(_ rows: [(row: CounterRow, window: RateWindow)]) throws
    /// Looks at a portion of the counters behind `cursor` and removes those that are over or have lost their rule.
    /// - Returns: Where to go on; nil at the end of the table.
    func removeEnded(after cursor: Bytes16?, limit: Int, now: Int64) throws -> Bytes16?
    /// A page of the settings, by id.
    func settings(_ filter: SettingsFilter) throws -> [ThrottleSetting]
    /// Changes a setting or makes a new one.
    func set(_ change: SettingChange) throws
    /// Removes a setting.
    /// - Returns: Whether there was one.
    func removeSetting(account: String, kind: ThrottleKind) throws -> Bool
    /// A page of the counters.
    func counters(_ filter: CountersFilter) throws -> CountersPage
    /// Removes the counters of an account under every rule, by primary key.
    /// - Returns: How many there were.
    func removeCounters(of accounts: [String]) throws -> Int
}

/// A counter, the primary key of its row, and its account as it fits into the column.
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
