internal import SQLStore

extension SQLiteConnection: GreylistConnection {
    typealias Tracking = HashedTracking

    func prepareGreylisting() throws {
        try prepare(GreylistSchema.schema)
    }

    /// One view of the file for all statements: each would take a lock of its own otherwise.
    func reading<Value>(_ body: () throws -> Value) throws -> Value {
        try execute("BEGIN")
        defer { rollback() }
        return try body()
    }

    func dataVersion() throws -> Int64? {
        try query("PRAGMA data_version").first?.first?.integerValue ?? 0
    }

    // MARK: - Whitelists

    func match(
        _ whitelist: GreylistWhitelist, of accounts: Set<String>?, _ subjects: [GreylistSubject]
    ) throws -> [String?] {
        try subjects.map { try match(whitelist, senders: $0.senderKeys, accounts: $0.recipientKeys.map(\.text)) }
    }

    /// Nearly always no sender key has a row, and it takes one look for each to find that out.
    private func match(_ whitelist: GreylistWhitelist, senders: [String], accounts: [String]) throws -> String? {
        try withStatement("SELECT 1 FROM \(whitelist.rawValue) WHERE sender = ? LIMIT 1") { statement in
            for sender in senders {
                try statement.bind(sender, at: 1)
                let isListed = try statement.step()
                statement.reset()
                if isListed, try isWhitelisted(whitelist, sender: sender, accounts: accounts) { return sender }
            }
            return nil
        }
    }

    private func isWhitelisted(_ whitelist: GreylistWhitelist, sender: String, accounts: [String]) throws -> Bool {
        try withStatement("SELECT 1 FROM \(whitelist.rawValue) WHERE sender = ? AND account = ?") { statement in
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
}
