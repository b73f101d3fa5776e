internal import SQLStore

/// What is remembered, as iRedAPD's table `greylisting_tracking` keeps it: one row for each triplet. A client is known
/// while any row of it has `passed = 1` and has not expired; of several the one that lasts longest counts.
///
/// Rows that a batch concerns are locked in the order of their ids, new ones are inserted in the order of their triplets:
/// so nobody waits for somebody who waits for him.
struct TrackingTable<Connection: SQLConnection> {
    let connection: Connection
    /// How far the cleaning has come.
    var cleanedID: Int64 = 0
    private let hash: KeyedHash

    /// The statements on a connection whose tables are in place.
    init(_ connection: Connection) throws {
        self.connection = connection
        hash = try connection.keyedHash()
    }

    // MARK: - Text

    /// The triplet in the form in which the columns hold it.
    func stored(_ triplet: Triplet) -> Triplet {
        identity(
            Triplet(client: triplet.client, sender: stored(triplet.sender), recipient: stored(triplet.recipient)))
    }

    /// MariaDB's collations take some different texts for the same (`é` and `e`, with and without spaces at the end),
    /// and its unique key with them. Where that can happen, a keyed hash keeps the texts apart.
    private func stored(_ address: String) -> String {
        guard connection.dialect == .mariaDB, !Self.isPlain(address) else {
            return SQLText.fit(address, columns: GreylistTables.addressColumns, hash: hash)
        }
        let suffix = "~" + hash(address).hexadecimal
        let kept = address.unicodeScalars.prefix(GreylistTables.addressColumns - suffix.utf8.count)
        return String(kept) + suffix
    }

    /// Printable ASCII without a space at the end: of such texts every collation tells different ones apart, but for
    /// capital letters, and there are none.
    private static func isPlain(_ text: String) -> Bool {
        text.utf8.allSatisfy { (0x20...0x7e).contains($0) } && text.utf8.last != UInt8(ascii: " ")
    }

    /// What is the same of a triplet that is asked for and the row that the engine finds for it: other programs may have
    /// written capitals.
    func identity(_ triplet: Triplet) -> Triplet {
        guard connection.dialect == .mariaDB else { return triplet }
        return Triplet(
            client: identity(ofClient: triplet.client), sender: triplet.sender.lowercased(),
            recipient: triplet.recipient.lowercased())
    }

    /// The same of a client alone.
    private func identity(ofClient client: String) -> String {
        connection.dialect == .mariaDB ? client.lowercased() : client
    }

    /// What comes after the last `@`, for iRedAPD's columns of domains.
    static func domain(of address: String) -> String {
        guard let at = address.utf8.lastIndex(of: UInt8(ascii: "@")) else { return "" }
        return String(address[address.utf8.index(after: at)...])
    }
}

// MARK: - Reading

extension TrackingTable {
    /// Of each known client what the row says that lasts longest. Every recipient of a client that nobody remembers asks
    /// for this, so no more is read of a row.
    func knownClients(_ clients: Set<String>, now: Int) throws -> [String: PassedClient] {
        let found = try passed("id, client_address, init_time, record_expired", of: clients, now: now)
        var longest: [String: (expires: Int, id: Int64)] = [:]
        var known: [String: PassedClient] = [:]
        for row in found {
            guard row.count == 4, let id = row[0].integerValue, let text = row[1].textValue else { continue }
            let client = identity(ofClient: text)
            let passed = PassedClient(initTime: row[2].number, recordExpired: row[3].number)
            guard longest[client].map({ (passed.recordExpired, id) > $0 }) ?? true else { continue }
            longest[client] = (passed.recordExpired, id)
            known[client] = passed
        }
        return known
    }

    /// For each known client the row that lasts longest.
    func passedRows(of clients: Set<String>, now: Int) throws -> [String: TrackingRow] {
        let found = try passed(TrackingRow.columns, of: clients, now: now)
        var rows: [String: TrackingRow] = [:]
        for row in found.lazy.compactMap({ TrackingRow($0) }) {
            let client = identity(ofClient: row.triplet.client)
            let isLongest = rows[client].map {
                (row.times.recordExpired, row.id) > ($0.times.recordExpired, $0.id)
            }
            if isLongest ?? true { rows[client] = row }
        }
        return rows
    }

    /// These columns of the rows by which clients have passed that are known still.
    private func passed(_ columns: String, of clients: Set<String>, now: Int) throws -> [[SQLValue]] {
        try connection.query(
            """
            SELECT \(columns) FROM greylisting_tracking
            WHERE client_address IN (??) AND passed = 1 AND record_expired >= ?
            """, rows: clients.map { [.text($0)] }, [.integer(Int64(now))])
    }

    /// The rows of these triplets, locked. Whoever has one of them locked is waited for, and what he has made of it
    /// counts.
    func lockedRows(of triplets: Set<Triplet>) throws -> [Triplet: TrackingRow] {
        let found = try connection.query(
            """
            SELECT \(TrackingRow.columns) FROM greylisting_tracking
            WHERE (sender, recipient, client_address) IN (??) ORDER BY id FOR UPDATE
            """, rows: triplets.map { [.text($0.sender), .text($0.recipient), .text($0.client)] })
        var rows: [Triplet: TrackingRow] = [:]
        for row in found.lazy.compactMap({ TrackingRow($0) }) { rows[identity(row.triplet)] = row }
        return rows
    }
}
