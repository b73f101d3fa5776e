internal import MailTypes
internal import SQLStore
internal import ServiceProtocol

extension GreylistStore {
    /// Carries a changing verb out, inside the caller's transaction.
    func change(_ verb: GreylistVerb) throws -> AdminReply {
        switch verb {
        case .setSetting(let sender, let account, let isActive, let comment):
            if let problem = tooLong(sender, account) { return problem }
            try set(sender: sender, account: account, isActive: isActive, comment: comment)
        case .deleteSetting(let sender, let account):
            return try delete("greylisting", sender, account) ? .done : .failed("there is no such setting")
        case .setWhitelist(let sender, let account, let comment):
            if let problem = tooLong(sender, account) { return problem }
            try connection.execute(
                "INSERT INTO greylisting_whitelists (account, sender, comment) VALUES (?, ?, ?) \(keepingWhatIsThere)",
                [.text(account.description), .text(sender.description), .text(comment)])
        case .deleteWhitelist(let sender, let account):
            let isDeleted = try delete(GreylistWhitelist.manual.rawValue, sender, account)
            return isDeleted ? .done : .failed("there is no such whitelist entry")
        case .setWhitelistDomain(let domain):
            try connection.execute(
                "INSERT INTO greylisting_whitelist_domains (domain) VALUES (?) \(keepingWhatIsThere)",
                [.text(domain.text)])
        case .deleteWhitelistDomain(let domain):
            return try delete(domain) ? .done : .failed("\(domain) is not whitelisted")
        case .deleteTracking(let client):
            try tracking.forget(client.description)
        case .listSettings, .listWhitelists, .listWhitelistDomains, .listTracking: break
        }
        return .done
    }

    /// The end of an INSERT that leaves a row alone that is there already.
    var keepingWhatIsThere: String { leavingWhatIsThere("id") }

    /// The same for a table that has this column.
    func leavingWhatIsThere(_ column: String) -> String {
        dialect == .mariaDB ? "ON DUPLICATE KEY UPDATE \(column) = \(column)" : "ON CONFLICT DO NOTHING"
    }

    /// An entry cut short would be another entry, so it is refused.
    private func tooLong(_ sender: AddressPattern, _ account: AddressPattern) -> AdminReply? {
        guard let columns = GreylistTables.entryColumns(dialect) else { return nil }
        for (name, entry) in [("from", sender), ("to", account)]
        where entry.description.unicodeScalars.count > columns {
            return .failed("\(name): longer than the \(columns) characters that the database's column holds")
        }
        return nil
    }

    // MARK: - Settings

    /// Another program may have written the same entry in capital letters, which only some engines take for the same.
    private func set(sender: AddressPattern, account: AddressPattern, isActive: Bool, comment: String) throws {
        let values: [SQLValue] = [
            .integer(Int64(account.priority)), .integer(Int64(sender.priority)), .text(comment),
            .integer(isActive ? 1 : 0), .text(account.description), .text(sender.description),
        ]
        let changed = try connection.execute(
            """
            UPDATE greylisting SET priority = ?, sender_priority = ?, comment = ?, active = ?
            WHERE lower(account) = ? AND lower(sender) = ?
            """, values)
        guard changed == 0 else { return }
        let clash =
            dialect == .mariaDB
            ? "ON DUPLICATE KEY UPDATE active = VALUES(active)"
            : "ON CONFLICT (account, sender) DO UPDATE SET active = excluded.active"
        try connection.execute(
            """
            INSERT INTO greylisting (priority, sender_priority, comment, active, account, sender)
            VALUES (?, ?, ?, ?, ?, ?) \(clash)
            """, values)
    }

    // MARK: - Deleting

    private func delete(_ table: String, _ sender: AddressPattern, _ account: AddressPattern) throws -> Bool {
        let values: [SQLValue] = [.text(account.description), .text(sender.description)]
        if try connection.execute("DELETE FROM \(table) WHERE account = ? AND sender = ?", values) > 0 { return true }
        // In capital letters no index finds it.
        return try connection.execute(
            "DELETE FROM \(table) WHERE lower(account) = ? AND lower(sender) = ?", values) > 0
    }

    /// Deletes a domain with the entries that were made from its SPF record, in both tables: nobody would look after
    /// them any more. Another program may have deleted the domain alone.
    private func delete(_ domain: Domain) throws -> Bool {
        let deleted = try connection.execute(
            "DELETE FROM greylisting_whitelist_domains WHERE domain = ?", [.text(domain.text)])
        let listed = try listedSenders(of: domain.text)
        try unlist(listed, of: domain.text)
        let written = try connection.execute(
            "DELETE FROM \(GreylistWhitelist.manual.rawValue) WHERE comment = ?",
            [.text(Self.comment(domain.text))])
        return deleted > 0 || written > 0 || !listed.isEmpty
    }
}
