internal import SQLStore

/// The entries that are made from the records of domains. iRedAPD's table has each entry once, with the comment of one
/// domain. Which other domains list it too is kept beside it, so that it stays when that domain gives it up.
extension GreylistStore {
    /// How an entry made from a domain's record is told from others.
    static func comment(_ domain: String) -> String { "AUTO-UPDATE: \(domain)" }

    /// What is listed for a domain: what was found for it, and what another program has written.
    func listedSenders(of domain: String) throws -> Set<String> {
        let written = try connection.query(
            "SELECT sender FROM \(GreylistWhitelist.spf.rawValue) WHERE comment = ?", [.text(Self.comment(domain))])
        return try foundSenders(of: domain).union(written.compactMap { $0.first?.textValue })
    }

    private func foundSenders(of domain: String) throws -> Set<String> {
        let rows = try connection.query(
            "SELECT sender FROM postern_greylist_networks WHERE domain = ?", [.text(domain)])
        return Set(rows.compactMap { $0.first?.textValue })
    }

    /// Lists entries for a domain, where they are not.
    func list(_ senders: Set<String>, of domain: String) throws {
        let new = try senders.subtracting(foundSenders(of: domain)).sorted()
        try connection.execute(
            "INSERT INTO postern_greylist_networks (sender, domain) VALUES (?, ?) \(leavingWhatIsThere("sender"))",
            rows: new.map { [.text($0), .text(domain)] })
        let present = try connection.query(
            "SELECT sender FROM \(GreylistWhitelist.spf.rawValue) WHERE account = '@.' AND sender IN (??)",
            rows: senders.sorted().map { [.text($0)] })
        let missing = senders.subtracting(present.compactMap { $0.first?.textValue })
        try write(missing.sorted().map { [.text($0), .text(domain)] })
    }

    /// Gives entries of a domain up. One that another domain lists too is that domain's from then on.
    func unlist(_ senders: Set<String>, of domain: String) throws {
        let senders = senders.sorted().map { SQLValue.text($0) }
        try connection.execute(
            "DELETE FROM postern_greylist_networks WHERE domain = ? AND sender = ?",
            rows: senders.map { [.text(domain), $0] })
        try connection.execute(
            "DELETE FROM \(GreylistWhitelist.spf.rawValue) WHERE comment = ? AND sender = ?",
            rows: senders.map { [.text(Self.comment(domain)), $0] })
        let heirs = try connection.query(
            """
            SELECT sender, min(domain) FROM postern_greylist_networks
            WHERE sender IN (??) AND domain IN (SELECT lower(domain) FROM greylisting_whitelist_domains) GROUP BY sender
            """, rows: senders.map { [$0] })
        try write(heirs)
    }

    /// Gives up what is listed for domains that another program has removed: nobody looks after it any more.
    /// - Returns: Whether there was any.
    func unlistRemovedDomains() throws -> Bool {
        let removed = try connection.query(
            """
            SELECT DISTINCT domain FROM postern_greylist_networks
            WHERE domain NOT IN (SELECT lower(domain) FROM greylisting_whitelist_domains)
            """
        ).compactMap { $0.first?.textValue }
        for domain in removed { try unlist(listedSenders(of: domain), of: domain) }
        return !removed.isEmpty
    }

    /// Writes entries, each with its domain, into iRedAPD's table.
    private func write(_ rows: [[SQLValue]]) throws {
        try connection.execute(
            """
            INSERT INTO \(GreylistWhitelist.spf.rawValue) (account, sender, comment) VALUES ('@.', ?, ?)
            \(keepingWhatIsThere)
            """, rows: rows.map { [$0[0], .text(Self.comment($0[1].textValue ?? ""))] })
    }
}
