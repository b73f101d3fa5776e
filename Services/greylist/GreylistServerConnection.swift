internal import SQLStore

/// A connection to a server that hosts may share: PostgreSQL or MariaDB, on iRedAPD's tables.
protocol GreylistServerConnection: GreylistConnection where Tracking == TrackingTable<Self> {}

extension PostgreSQLConnection: GreylistServerConnection {
    typealias Tracking = TrackingTable<PostgreSQLConnection>
}

extension MariaDBConnection: GreylistServerConnection {
    typealias Tracking = TrackingTable<MariaDBConnection>
}

extension GreylistServerConnection {
    func prepareGreylisting() throws {
        try createMissing(GreylistTables.all)
        guard dialect == .postgreSQL else { return }
        // Every statement finds its rows by an index. A plan that was made while a table was small, or before its rows
        // were counted, must not read all of it when it has grown.
        try executeScript(
            "SET enable_seqscan = off; SET enable_hashjoin = off; SET enable_mergejoin = off; SET jit = off;")
    }

    /// One statement is one view; several would only keep the server busy longer.
    func reading<Value>(_ body: () throws -> Value) throws -> Value {
        try body()
    }

    func dataVersion() -> Int64? { nil }

    // MARK: - Whitelists

    /// Asks for all pairs of all attempts at once. What the engine takes for the same text need not be, so the rows are
    /// compared again.
    func match(
        _ whitelist: GreylistWhitelist, of accounts: Set<String>?, _ subjects: [GreylistSubject]
    ) throws -> [String?] {
        let pairs = subjects.reduce(into: Set<[String]>()) { pairs, subject in
            for key in subject.recipientKeys where Self.mayHave(key.text, accounts) {
                for sender in subject.senderKeys { pairs.insert([key.text, sender]) }
            }
        }
        let rows = try query(
            "SELECT account, sender FROM \(whitelist.rawValue) WHERE (account, sender) IN (??)",
            rows: pairs.map { pair in pair.map { .text($0) } })
        guard !rows.isEmpty else { return Array(repeating: nil, count: subjects.count) }
        let listed = Set(rows.map { row in row.map { $0.textValue?.lowercased() ?? "" } })
        return subjects.map { subject in
            subject.senderKeys.first { sender in
                subject.recipientKeys.contains { listed.contains([$0.text, sender]) }
            }
        }
    }

    /// Of accounts that are the same to the engine only one is known; that concerns no ASCII text.
    private static func mayHave(_ account: String, _ accounts: Set<String>?) -> Bool {
        guard let accounts, account.utf8.allSatisfy({ $0 < 0x80 }) else { return true }
        return accounts.contains(account)
    }
}
