internal import MailTypes
internal import SQLStore

/// Access lists, in Amavisd's tables.
extension SQLLookups {
    /// The rows of `users` that cover addresses.
    func localEntries(_ addresses: [EnvelopeAddress]) -> LookupQuery {
        let keys = addresses.map(\.policyAddresses)
        return entries("users", keys: Set(keys.joined())) { found in
            Dictionary(
                uniqueKeysWithValues: zip(addresses, keys).map { address, keys in
                    (.localEntries(address), .entries(keys.compactMap { found[$0] }))
                })
        }
    }

    /// The rows of `mailaddr` that cover addresses and clients.
    /// - Parameters:
    ///   - networks: The rows that are networks, which no key finds.
    func externalEntries(_ lookups: [Lookup], networks: [AccessEntry], allWildcards: Bool) -> LookupQuery {
        let keys = lookups.map { Self.keys(of: $0, allWildcards: allWildcards) }
        return entries("mailaddr", keys: Set(keys.joined())) { found in
            Dictionary(
                uniqueKeysWithValues: zip(lookups, keys).map { lookup, keys in
                    var entries = keys.compactMap { found[$0] }
                    if case .clientEntries(let client) = lookup, let address = client.address {
                        entries += networks.filter { $0.covers(address) }
                    }
                    return (lookup, .entries(entries))
                })
        }
    }

    private static func keys(of lookup: Lookup, allWildcards: Bool) -> [String] {
        switch lookup {
        case .externalEntries(let address, let withWildcard):
            let local = withWildcard ? address.mailbox?.localPart.split(separator: "+").first : nil
            return address.policyAddresses + (local.map { ["\($0)@*"] } ?? [])
        case .clientEntries(let client):
            return [client.description] + client.wildcardForms(all: allWildcards)
        default: return []
        }
    }

    private func entries(
        _ table: String, keys: Set<String>, answers: @escaping ([String: AccessEntry]) -> Answers
    ) -> LookupQuery {
        LookupQuery(
            "SELECT id, email, priority FROM \(table) WHERE email IN (??)", rows: keys.sorted().map { [accessText($0)] }
        ) { rows in
            var found: [String: AccessEntry] = [:]
            for row in rows {
                let text = row[1].string.lowercased()
                guard keys.contains(text) else { continue }
                found[text] = AccessEntry(id: row[0].number, text: text, priority: Int(row[2].number))
            }
            return answers(found)
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
    ) -> Answers {
        var found: [Lookup: AccessListing] = [:]
        for row in rows {
            let lookup = Lookup.listing(local: row[1].number, external: row[2].number)
            let colour = ListColour(stored: row[3].string)
            if row[0].number == 0 {
                found[lookup, default: AccessListing()].inbound = colour
            } else {
                found[lookup, default: AccessListing()].outbound = colour
            }
        }
        return Dictionary(
            uniqueKeysWithValues: pairs.map { local, external in
                let lookup = Lookup.listing(local: local, external: external)
                return (lookup, .listing(found[lookup] ?? AccessListing()))
            })
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
