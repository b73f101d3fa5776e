internal import MailTypes
internal import SQLStore
internal import ServiceProtocol

extension GreylistStore {
    /// Carries a changing verb out, inside the caller's transaction.
    func change(_ verb: GreylistVerb) throws -> AdminReply {
        switch verb {
        case .setSetting(let sender, let account, let isActive, let comment):
            try set(sender: sender, account: account, isActive: isActive, comment: comment)
        case .deleteSetting(let sender, let account):
            return try delete("greylisting", sender, account) ? .done : .failed("there is no such setting")
        case .setWhitelist(let sender, let account, let comment):
            try connection.execute(
                "INSERT OR IGNORE INTO greylisting_whitelists (account, sender, comment) VALUES (?, ?, ?)",
                [.text(account.description), .text(sender.description), .text(comment)])
        case .deleteWhitelist(let sender, let account):
            let isDeleted = try delete(Whitelist.manual.rawValue, sender, account)
            return isDeleted ? .done : .failed("there is no such whitelist entry")
        case .setWhitelistDomain(let domain):
            try connection.execute(
                "INSERT OR IGNORE INTO greylisting_whitelist_domains (domain) VALUES (?)", [.text(domain.text)])
        case .deleteWhitelistDomain(let domain):
            return try delete(domain) ? .done : .failed("\(domain) is not whitelisted")
        case .deleteTracking(let client):
            try deleteTriplets(of: client.description)
            try deleteClient(client.description)
        case .listSettings, .listWhitelists, .listWhitelistDomains, .listTracking: break
        }
        return .done
    }

    private func set(sender: AddressPattern, account: AddressPattern, isActive: Bool, comment: String) throws {
        try connection.execute(
            """
            INSERT INTO greylisting (account, priority, sender, sender_priority, comment, active)
            VALUES (?, ?, ?, ?, ?, ?)
            ON CONFLICT (account, sender) DO UPDATE SET priority = excluded.priority,
                sender_priority = excluded.sender_priority, comment = excluded.comment, active = excluded.active
            """,
            [
                .text(account.description), .integer(Int64(account.priority)), .text(sender.description),
                .integer(Int64(sender.priority)), .text(comment), .integer(isActive ? 1 : 0),
            ])
    }

    private func delete(_ table: String, _ sender: AddressPattern, _ account: AddressPattern) throws -> Bool {
        try connection.execute(
            "DELETE FROM \(table) WHERE sender = ? AND account = ?",
            [.text(sender.description), .text(account.description)])
        return connection.changes > 0
    }

    /// Deletes a domain with the entries that were made from its SPF record, in both tables: nobody would look after
    /// them any more.
    private func delete(_ domain: Domain) throws -> Bool {
        try connection.execute("DELETE FROM greylisting_whitelist_domains WHERE domain = ?", [.text(domain.text)])
        let isDeleted = connection.changes > 0
        for whitelist in Whitelist.allCases {
            try connection.execute(
                "DELETE FROM \(whitelist.rawValue) WHERE comment = ?", [.text("AUTO-UPDATE: \(domain.text)")])
        }
        return isDeleted
    }
}
