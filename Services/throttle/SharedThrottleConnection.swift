internal import SQLStore
internal import SharedTables

/// A connection to a database that hosts share, with iRedAPD's tables as they are or as Postern makes them.
///
/// A counter has one row. Where the table does not see to that (PostgreSQL with iRedAPD's schema), rows that are there
/// twice are all locked, and the one with the newest window counts, of several the one with the lowest id.
protocol SharedThrottleConnection: ThrottleConnection {
    /// Keeps others from making rows of these counters until the transaction's end; for tables without a unique key.
    func lockMissing(_ counters: [CounterRow]) throws
}

extension PostgreSQLConnection: SharedThrottleConnection {
    func counterRow(_ key: TrackingKey, hash: KeyedHash) -> CounterRow {
        CounterRow(key, hash: hash)
    }

    /// Locks by the counters' hashes, in their order. A hash of 64 bits that two counters share costs a little waiting.
    func lockMissing(_ counters: [CounterRow]) throws {
        try execute(
            "SELECT pg_advisory_xact_lock(?)", rows: counters.map { [.integer(Int64(bitPattern: $0.id.high))] })
    }
}

extension MariaDBConnection: SharedThrottleConnection {
    /// The collations of iRedAPD's columns take some characters for others and ignore spaces at the end: two accounts
    /// would have one row. What is more than plain ASCII has the account's hash in its text.
    func counterRow(_ key: TrackingKey, hash: KeyedHash) -> CounterRow {
        var row = CounterRow(key, hash: hash)
        row.accountText = row.comparableText
        return row
    }

    /// One host at a time makes rows.
    func lockMissing(_ counters: [CounterRow]) throws {
        _ = try query("SELECT number FROM postern_meta WHERE name = ? FOR UPDATE", [.text(Self.revision)])
    }
}

extension CounterRow {
    /// The account in characters that no collation mistakes for others, but for the case of letters, which is the same
    /// within a rule.
    fileprivate var comparableText: String {
        let isPlain = accountText.utf8.allSatisfy { (0x20...0x7e).contains($0) } && accountText.utf8.last != 0x20
        guard !isPlain else { return accountText }
        let suffix = "~" + String(id.high, radix: 16) + "~" + String(id.low, radix: 16)
        let kept = accountText.unicodeScalars.prefix(200).map { scalar in
            (0x20...0x7e).contains(scalar.value) ? Character(scalar) : "?"
        }
        return String(kept) + suffix
    }
}

extension SharedThrottleConnection {
    /// The row of `postern_meta` that counts the changes of rules.
    static var revision: String { "throttle_revision" }

    func prepareThrottle() throws -> CounterTable {
        try createMissing(throttleTables)
        if try query("SELECT number FROM postern_meta WHERE name = ?", [.text(Self.revision)]).isEmpty {
            let ignoring = dialect == .postgreSQL ? "ON CONFLICT DO NOTHING" : "ON DUPLICATE KEY UPDATE name = name"
            try execute("INSERT INTO postern_meta (name, number) VALUES (?, 1) \(ignoring)", [.text(Self.revision)])
        }
        try check("throttle", ["id", "account", "kind", "priority", "period"] + LimitName.allCases.map(\.rawValue))
        return try counterTable()
    }

    func counterTable() throws -> CounterTable {
        let columns = ["id", "tid", "account", "last_notify_time"] + CounterTable.Column.allCases.map(\.rawValue)
        return CounterTable(try check("throttle_tracking", columns))
    }

    /// A table of an early iRedAPD lacks columns.
    @discardableResult
    private func check(_ name: String, _ columns: [String]) throws -> TableDescription {
        guard let table = try TableDescription(of: name, in: self) else {
            throw SQLError(.schema, "the table \(name) is not there")
        }
        let missing = columns.filter { table.column($0) == nil }
        guard missing.isEmpty else {
            throw SQLError(
                .schema,
                "the table \(name) lacks \(missing.joined(separator: ", ")); `postern migrate --apply` adds them")
        }
        return table
    }

    func rulesVersion() throws -> Int64 {
        try query("SELECT number FROM postern_meta WHERE name = ?", [.text(Self.revision)]).first?[0].number ?? 0
    }

    func noteChange() throws {
        try execute("UPDATE postern_meta SET number = number + 1 WHERE name = ?", [.text(Self.revision)])
    }

    func rules() throws -> (rules: [ThrottleRule], unreadable: [String]) {
        let settings = try query(Self.selectSettings + " ORDER BY id").map(Self.setting)
        let rules = settings.map { (account: $0.account, rule: $0.rule) }
        return (rules.compactMap(\.rule), rules.filter { $0.rule == nil }.map(\.account))
    }
}

extension SQLValue {
    /// A number; one that is too large for 63 bits, or no number, is the nearest there is.
    var number: Int64 {
        switch self {
        case .integer(let number): number
        case .text(let text): Int64(text) ?? (UInt64(text) == nil ? 0 : .max)
        case .null, .blob: 0
        }
    }

    /// A text; what is none is empty.
    var string: String { textValue ?? "" }
}
