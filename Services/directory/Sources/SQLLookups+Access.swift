internal import MailTypes
internal import SQLStore

/// Access lists, in Amavisd's tables.
extension SQLLookups {
    /// The rows of `users` that cover addresses.
    func localEntries(_ addresses: [EnvelopeAddress]) -> LookupQuery {
        var keys = AccessKeys()
        for address in addresses { keys.add(address) }
        return entries("users", keys, of: addresses.count) { _, entries in entries }
    }

    /// The rows of `mailaddr` that cover addresses and clients.
    /// - Parameters:
    ///   - networks: The rows that are networks, which no key finds.
    func externalEntries(_ lookups: [Lookup], networks: [AccessEntry], allWildcards: Bool) -> LookupQuery {
        var keys = AccessKeys()
        for lookup in lookups {
            switch lookup.question {
            case .externalEntries(let address, let withWildcard): keys.add(address, withWildcard: withWildcard)
            case .clientEntries(let client):
                keys.add([client.description] + client.wildcardForms(all: allWildcards))
            default: keys.add([])
            }
        }
        return entries("mailaddr", keys, of: lookups.count) { place, entries in
            guard case .clientEntries(let client) = lookups[place].question, let address = client.address else {
                return entries
            }
            return entries + networks.filter { $0.covers(address) }
        }
    }

    private func entries(
        _ table: String, _ keys: AccessKeys, of count: Int,
        answer: @escaping (_ place: Int, [AccessEntry]) -> [AccessEntry]
    ) -> LookupQuery {
        LookupQuery(
            "SELECT id, email, priority FROM \(table) WHERE email IN (??)", rows: keys.all.map { [accessText($0)] }
        ) { rows in
            var found: [String: AccessEntry] = [:]
            for row in rows {
                let text = row[1].string.lowercased()
                found[text] = AccessEntry(id: row[0].number, text: text, priority: Int(row[2].number))
            }
            let entries = keys.entries(in: found)
            return (0..<count).map { place in
                let own = answer(place, entries[place])
                return own.isEmpty ? .nothing(.localEntries) : .entries(own)
            }
        }
    }

    /// Amavisd's columns hold bytes.
    private func accessText(_ text: String) -> SQLValue {
        dialect == .sqlite ? .text(text) : .blob(Array(text.utf8))
    }

    /// What the lists say about pairs of a local account and an entry.
    func listings(_ pairs: [(local: Int64, external: Int64)]) -> LookupQuery {
        LookupQuery(
            """
            SELECT 0, rid, sid, wb FROM wblist WHERE (rid, sid) IN (??)
            UNION ALL SELECT 1, sid, rid, wb FROM outbound_wblist WHERE (sid, rid) IN (??)
            """, rows: pairs.map { [.integer($0.local), .integer($0.external)] }
        ) { rows in Self.listings(pairs, in: rows) }
    }

    private static func listings(
        _ pairs: [(local: Int64, external: Int64)], in rows: [[SQLValue]]
    ) -> [Answer] {
        // By the local account, then by the entry.
        var found: [Int64: [Int64: AccessListing]] = [:]
        for row in rows {
            let (local, external) = (row[1].number, row[2].number)
            let colour = ListColour(stored: row[3].string)
            if row[0].number == 0 {
                found[local, default: [:]][external, default: AccessListing()].inbound = colour
            } else {
                found[local, default: [:]][external, default: AccessListing()].outbound = colour
            }
        }
        return pairs.map { local, external in .listing(found[local]?[external] ?? AccessListing()) }
    }
}

extension SQLConnection {
    /// The rows of `mailaddr` that are networks.
    func listedNetworks() throws(SQLError) -> [AccessEntry] {
        let condition =
            dialect == .postgreSQL ? "position('\\x2f'::bytea IN email) > 0" : "email LIKE '%/%'"
        let rows = try query("SELECT id, email, priority FROM mailaddr WHERE \(condition)")
        return rows.compactMap { row in
            AccessEntry(id: row[0].number, text: row[1].string, priority: Int(row[2].number))
        }.filter { $0.pattern.kind == .cidr }
    }
}

extension AccessEntry {
    fileprivate func covers(_ address: IPAddress) -> Bool {
        guard case .cidr(let network) = pattern else { return false }
        return network.contains(address)
    }
}
