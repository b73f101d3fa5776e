internal import SQLStore

/// What is remembered, as SQLite keeps it: in tables of Postern's own, by keyed hashes.
struct HashedTracking {
    /// The widths of iRedAPD's columns: what is longer is shortened here, so that every engine keeps the same text.
    private static let addressColumns = 255

    let connection: SQLiteConnection
    private let hash: KeyedHash

    /// The statements on a connection whose tables are in place.
    init(_ connection: SQLiteConnection) throws {
        self.connection = connection
        hash = try connection.keyedHash()
    }

    // MARK: - Keys

    /// The primary key of a client.
    func key(ofClient client: String) -> Bytes16 {
        hash("client", client)
    }

    /// The primary key of a waiting triplet: 6 bytes of its client's key, 10 bytes of its own.
    private func key(of triplet: Triplet, sharing shared: Bytes16) -> Bytes16 {
        let own = hash(triplet.client, triplet.sender, triplet.recipient)
        return Bytes16(high: shared.high & Self.sharedBits | own.high & ~Self.sharedBits, low: own.low)
    }

    private static let sharedBits: UInt64 = 0xFFFF_FFFF_FFFF_0000

    /// The least and the greatest key that triplets of the client have.
    func keys(ofTripletsOf client: String) -> (first: Bytes16, last: Bytes16) {
        let shared = key(ofClient: client).high
        return (
            Bytes16(high: shared & Self.sharedBits, low: 0), Bytes16(high: shared | ~Self.sharedBits, low: .max)
        )
    }

    /// The primary keys of all rows that a batch concerns, made once: a hash costs as much as a look into a table.
    struct Keys {
        fileprivate(set) var clients: [String: Bytes16] = [:]
        fileprivate(set) var triplets: [Triplet: Bytes16] = [:]
    }

    /// The keys of these triplets and their clients.
    func keys(of triplets: some Collection<Triplet>) -> Keys {
        var keys = Keys()
        for triplet in triplets where keys.triplets[triplet] == nil {
            let client = keys.clients[triplet.client] ?? key(ofClient: triplet.client)
            keys.clients[triplet.client] = client
            keys.triplets[triplet] = key(of: triplet, sharing: client)
        }
        return keys
    }

    // MARK: - Reading

    func knownClients(_ clients: Set<String>, now: Int) throws -> [String: PassedClient] {
        var known: [String: PassedClient] = [:]
        for client in clients {
            if let found = try passedClient(client), found.isKnown(at: now) { known[client] = found }
        }
        return known
    }

    /// The client, if it has passed and is stored, known still or not.
    func passedClient(_ client: String) throws -> PassedClient? {
        try passedClient(key: key(ofClient: client))
    }

    private func passedClient(key: Bytes16) throws -> PassedClient? {
        try connection.withStatement(
            "SELECT init_time, record_expired FROM postern_greylist_clients WHERE id = ?"
        ) { statement in
            try statement.bind(key, at: 1)
            guard try statement.step() else { return nil }
            return PassedClient(
                initTime: Int(clamping: statement.integer(0)), recordExpired: Int(clamping: statement.integer(1)))
        }
    }

    /// What is stored under these keys; read in their order, which is the order in which an engine with row locks has
    /// to take them.
    func ledger(of keys: Keys) throws -> GreylistLedger {
        var clients: [String: PassedClient] = [:]
        for (client, key) in keys.clients.sorted(by: { $0.value < $1.value }) {
            clients[client] = try passedClient(key: key)
        }
        var waiting: [Triplet: WaitingTriplet] = [:]
        for (triplet, key) in keys.triplets.sorted(by: { $0.value < $1.value }) {
            waiting[triplet] = try waitingTriplet(key: key)
        }
        return GreylistLedger(clients: clients, triplets: waiting)
    }

    private func waitingTriplet(key: Bytes16) throws -> WaitingTriplet? {
        let sql = """
            SELECT init_time, block_expired, record_expired, blocked_count FROM postern_greylist_waiting WHERE id = ?
            """
        return try connection.withStatement(sql) { statement in
            try statement.bind(key, at: 1)
            guard try statement.step() else { return nil }
            return WaitingTriplet(
                initTime: Int(clamping: statement.integer(0)), blockExpired: Int(clamping: statement.integer(1)),
                recordExpired: Int(clamping: statement.integer(2)), blockedCount: Int(clamping: statement.integer(3)))
        }
    }

    // MARK: - Writing

    func record(_ operations: [GreylistOperation], now: Int) throws -> [GreylistDecision] {
        let keys = keys(of: operations.map(\.triplet))
        var ledger = try ledger(of: keys)
        let decisions = operations.map { ledger.decide($0.triplet, timing: $0.timing, now: now) }
        try write(ledger, keys)
        // For each new row up to two old ones go, so that a flood cannot outrun the cleaning.
        let added = ledger.changedTriplets.count
        if added > 0 { try deleteExpired(before: now, limit: 2 * added) }
        return decisions
    }

    /// Writes what the batch has changed, each row once, in the order of the keys.
    func write(_ ledger: GreylistLedger, _ keys: Keys) throws {
        for client in ledger.passing.keys.sorted() { try deleteTriplets(of: client) }
        for (client, key) in Self.ordered(ledger.changedClients, keys.clients) {
            if let row = ledger.client(client) { try write(row, client, key) }
        }
        for (triplet, key) in Self.ordered(ledger.changedTriplets, keys.triplets) {
            if let row = ledger.triplet(triplet) { try write(row, triplet, key) }
        }
    }

    private static func ordered<Element>(
        _ elements: Set<Element>, _ keys: [Element: Bytes16]
    ) -> [(Element, Bytes16)] {
        elements.compactMap { element in keys[element].map { (element, $0) } }.sorted { $0.1 < $1.1 }
    }

    private func write(_ row: PassedClient, _ client: String, _ key: Bytes16) throws {
        let sql = """
            INSERT INTO postern_greylist_clients (id, client_address, init_time, record_expired) VALUES (?, ?, ?, ?)
            ON CONFLICT (id) DO UPDATE SET init_time = excluded.init_time, record_expired = excluded.record_expired
            """
        try connection.withStatement(sql) { statement in
            try statement.bind(key, at: 1)
            try statement.bind(client, at: 2)
            try statement.bind(row.initTime, at: 3)
            try statement.bind(row.recordExpired, at: 4)
            try statement.run()
        }
    }

    private func write(_ row: WaitingTriplet, _ triplet: Triplet, _ key: Bytes16) throws {
        let sql = """
            INSERT INTO postern_greylist_waiting
                (id, client_address, sender, recipient, init_time, block_expired, record_expired, blocked_count)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?)
            ON CONFLICT (id) DO UPDATE SET init_time = excluded.init_time, block_expired = excluded.block_expired,
                record_expired = excluded.record_expired, blocked_count = excluded.blocked_count
            """
        try connection.withStatement(sql) { statement in
            try statement.bind(key, at: 1)
            try statement.bind(triplet.client, at: 2)
            try statement.bind(fit(triplet.sender), at: 3)
            try statement.bind(fit(triplet.recipient), at: 4)
            try statement.bind(row.initTime, at: 5)
            try statement.bind(row.blockExpired, at: 6)
            try statement.bind(row.recordExpired, at: 7)
            try statement.bind(row.blockedCount, at: 8)
            try statement.run()
        }
    }

    private func fit(_ address: String) -> String {
        SQLText.fit(address, columns: Self.addressColumns, hash: hash)
    }

    /// Deletes the waiting triplets of a client. Other clients' keys may begin like its own, so the text decides.
    func deleteTriplets(of client: String) throws {
        let keys = keys(ofTripletsOf: client)
        try connection.execute(
            "DELETE FROM postern_greylist_waiting WHERE id BETWEEN ? AND ? AND client_address = ?",
            [.blob(keys.first.bytes), .blob(keys.last.bytes), .text(client)])
    }

    func forget(_ client: String) throws {
        try deleteTriplets(of: client)
        try connection.execute(
            "DELETE FROM postern_greylist_clients WHERE id = ?", [.blob(key(ofClient: client).bytes)])
    }
}
