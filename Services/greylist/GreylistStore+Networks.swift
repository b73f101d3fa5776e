internal import MailTypes
internal import SQLStore
internal import ServiceProtocol

extension GreylistStore {
    /// What a refresh has made of the whitelist.
    struct WhitelistChange {
        var hasChanged = false
        /// Networks of several addresses that were not listed for their domain before.
        var networks: [Network] = []
    }

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
    func storeNetworks(_ facts: [FactName: String]) throws -> WhitelistChange {
        var change = WhitelistChange()
        for (name, value) in facts.sorted(by: { $0.key.subject < $1.key.subject })
        where name.kind == WhitelistRefresh.factKind && value != unknownFactValue {
            let networks =
                value == "none" ? [] : value.split(separator: " ").compactMap { Network(parsing: String($0)) }
            // A value that is no list of networks says nothing.
            guard value == "none" || !networks.isEmpty else { continue }
            try store(networks, of: name.subject, &change)
        }
        return change
    }

    /// Only differences are written: most times there is none.
    private func store(_ networks: [Network], of domain: String, _ change: inout WhitelistChange) throws {
        // It may have been removed while it was being asked about; then nobody would look after its networks any more.
        let isWanted = try !connection.query(
            "SELECT 1 FROM greylisting_whitelist_domains WHERE lower(domain) = ?", [.text(domain)]
        ).isEmpty
        guard isWanted else { return }
        let senders = Dictionary(networks.map { (Self.sender($0), $0) }) { first, _ in first }
        let stored = try listedSenders(of: domain)
        let gone = stored.subtracting(senders.keys)
        let new = senders.filter { !stored.contains($0.key) }
        try unlist(gone, of: domain)
        try list(Set(senders.keys), of: domain)
        // Where they were kept before there was a table for them.
        let moved = try connection.execute(
            "DELETE FROM \(GreylistWhitelist.manual.rawValue) WHERE comment = ?", [.text(Self.comment(domain))])
        for sender in new.keys.sorted() where !sender.contains("/") { try tracking.forget(sender) }
        change.networks += new.values.filter { $0.hostBits > 0 }
        change.hasChanged = change.hasChanged || moved > 0 || !gone.isEmpty || !new.isEmpty
    }

    /// A network of one address is written as the address: an index finds it.
    private static func sender(_ network: Network) -> String {
        network.hostBits == 0 ? network.base.description : network.description
    }
}
