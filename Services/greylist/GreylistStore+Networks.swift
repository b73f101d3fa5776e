internal import MailTypes
internal import SQLStore
internal import ServiceProtocol

extension GreylistStore {
    /// The domains to be asked about after one, as many as one question may name.
    func nextRefresh(after cursor: String) throws -> WhitelistRefresh {
        var cursor = cursor
        while true {
            let rows = try connection.query(
                "SELECT domain FROM greylisting_whitelist_domains WHERE domain > ? ORDER BY domain LIMIT ?",
                [.text(cursor), .integer(Int64(CheckReply.maximumNeeds))])
            let domains = rows.compactMap { $0.first?.textValue }
            guard let last = domains.last else { return .over }
            cursor = last
            let names = domains.compactMap { Self.factName($0) }
            if !names.isEmpty { return .goesOn(names, cursor: cursor) }
        }
    }

    /// Nil for what another program has written that is no domain; nobody could answer it.
    private static func factName(_ text: String) -> FactName? {
        guard let domain = Domain(parsing: text) else { return nil }
        let name = FactName(kind: WhitelistRefresh.factKind, subject: domain.text)
        return name.hasValidDomain ? name : nil
    }

    /// Stores what is known now of the domains' networks. What is unknown stays as it was.
    /// - Returns: Whether anything has changed.
    func storeNetworks(_ facts: [FactName: String]) throws -> Bool {
        var hasChanged = false
        for (name, value) in facts.sorted(by: { $0.key.subject < $1.key.subject })
        where name.kind == WhitelistRefresh.factKind && value != unknownFactValue {
            let networks =
                value == "none" ? [] : value.split(separator: " ").compactMap { Network(parsing: String($0)) }
            // A value that is no list of networks says nothing.
            guard value == "none" || !networks.isEmpty else { continue }
            if try store(networks, of: name.subject) { hasChanged = true }
        }
        return hasChanged
    }

    /// Only differences are written: most times there is none.
    private func store(_ networks: [Network], of domain: String) throws -> Bool {
        // It may have been removed while it was being asked about; then nobody would look after its networks any more.
        let isWanted = try !connection.query(
            "SELECT 1 FROM greylisting_whitelist_domains WHERE lower(domain) = ?", [.text(domain)]
        ).isEmpty
        guard isWanted else { return false }
        let comment = SQLValue.text(Self.comment(domain))
        let rows = try connection.query(
            "SELECT sender FROM \(GreylistWhitelist.spf.rawValue) WHERE comment = ?", [comment])
        let stored = Set(rows.compactMap { $0.first?.textValue })
        let wanted = Set(networks.map(Self.sender))
        for sender in stored.subtracting(wanted).sorted() {
            try connection.execute(
                "DELETE FROM \(GreylistWhitelist.spf.rawValue) WHERE comment = ? AND sender = ?",
                [comment, .text(sender)])
        }
        // Where they were kept before there was a table for them.
        let moved = try connection.execute(
            "DELETE FROM \(GreylistWhitelist.manual.rawValue) WHERE comment = ?", [comment])
        var added = 0
        for sender in wanted.subtracting(stored).sorted() {
            added += try connection.execute(
                "INSERT INTO \(GreylistWhitelist.spf.rawValue) (account, sender, comment) VALUES ('@.', ?, ?) "
                    + keepingWhatIsThere, [.text(sender), comment])
            if !sender.contains("/") { try tracking.forget(sender) }
        }
        return added + moved > 0 || !stored.subtracting(wanted).isEmpty
    }

    /// How an entry made from a domain's record is told from others.
    static func comment(_ domain: String) -> String { "AUTO-UPDATE: \(domain)" }

    /// A network of one address is written as the address: an index finds it.
    private static func sender(_ network: Network) -> String {
        network.hostBits == 0 ? network.base.description : network.description
    }
}
