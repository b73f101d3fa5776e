internal import SQLStore

extension TrackingTable {
    /// So many waiting triplets of clients that pass are deleted at once; what is left expires.
    private static var maximumCleared: Int { 1_000 }

    /// A batch of new triplets costs three statements: a look for their rows, one for their clients, one INSERT.
    func record(_ operations: [GreylistOperation], now: Int) throws -> [GreylistDecision] {
        let triplets = operations.map { stored($0.triplet) }
        let rows = try lockedRows(of: Set(triplets))
        // After the locks, to see what those have done who held them.
        let clients = try passedRows(of: Set(triplets.map(\.client)), now: now)
        // A row that has passed and expired is no waiting triplet; its place is taken by the new one.
        var ledger = GreylistLedger(
            clients: clients.mapValues(\.client), triplets: rows.filter { !$0.value.hasPassed }.mapValues(\.times))
        let decisions = zip(operations, triplets).map { operation, triplet in
            ledger.decide(triplet, timing: operation.timing, now: now)
        }
        let changes = changes(ledger, rows, clients)
        try insert(changes.filter { $0.id == nil })
        try update(changes.filter { $0.id != nil })
        if !ledger.passing.isEmpty { try clear(Set(ledger.passing.keys), now: now) }
        return decisions
    }

    // MARK: - What has changed

    /// A row as the batch leaves it.
    private struct Change {
        /// Nil for a row that is not there yet.
        var id: Int64?
        var triplet: Triplet
        var times: WaitingTriplet
        var hasPassed: Bool
    }

    private func changes(
        _ ledger: GreylistLedger, _ rows: [Triplet: TrackingRow], _ clients: [String: TrackingRow]
    ) -> [Change] {
        var changes: [Change] = []
        for triplet in ledger.changedTriplets {
            guard let times = ledger.triplet(triplet) else { continue }
            changes.append(Change(id: rows[triplet]?.id, triplet: triplet, times: times, hasPassed: false))
        }
        for name in ledger.changedClients {
            guard let client = ledger.client(name) else { continue }
            if let triplet = ledger.passing[name] {
                changes.append(passing(client, triplet, rows[triplet]))
            } else if var row = clients[name] {
                row.times.recordExpired = client.recordExpired
                changes.append(Change(id: row.id, triplet: row.triplet, times: row.times, hasPassed: true))
            }
        }
        return changes
    }

    /// The row by which a client passes; without `block-for` it may have been seen in this batch only.
    private func passing(_ client: PassedClient, _ triplet: Triplet, _ row: TrackingRow?) -> Change {
        var times =
            row?.times
            ?? WaitingTriplet(
                initTime: client.initTime, blockExpired: client.initTime, recordExpired: 0, blockedCount: 1)
        times.initTime = client.initTime
        times.recordExpired = client.recordExpired
        return Change(id: row?.id, triplet: triplet, times: times, hasPassed: true)
    }

    // MARK: - Writing

    /// - Throws: `.busy` when somebody else has inserted one of them since it was looked for: repeated, the batch finds
    ///   that row.
    private func insert(_ changes: [Change]) throws {
        guard !changes.isEmpty else { return }
        // On MariaDB only a change shows that the row was there: it counts two, and is rolled back.
        let clash =
            connection.dialect == .mariaDB
            ? "ON DUPLICATE KEY UPDATE blocked_count = blocked_count + 1" : "ON CONFLICT DO NOTHING"
        let inserted = try connection.execute(
            """
            INSERT INTO greylisting_tracking (sender, recipient, client_address, sender_domain, rcpt_domain, init_time,
                block_expired, record_expired, blocked_count, passed) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) \(clash)
            """,
            rows: changes.sorted { Self.order($0.triplet) < Self.order($1.triplet) }.map { change in
                let triplet = change.triplet
                let domains = [triplet.sender, triplet.recipient].map { Self.domain(of: $0) }
                return [triplet.sender, triplet.recipient, triplet.client].map { .text($0) }
                    + domains.map { .text($0) } + values(change)
            })
        guard inserted == changes.count else {
            throw SQLError(.busy, "another instance has just recorded a triplet of this batch")
        }
    }

    private static func order(_ triplet: Triplet) -> (String, String, String) {
        (triplet.sender, triplet.recipient, triplet.client)
    }

    private func update(_ changes: [Change]) throws {
        let ordered = changes.compactMap { change in change.id.map { (id: $0, change: change) } }
            .sorted { $0.id < $1.id }
        try connection.execute(
            """
            UPDATE greylisting_tracking SET init_time = ?, block_expired = ?, record_expired = ?, blocked_count = ?,
                passed = ? WHERE id = ?
            """, rows: ordered.map { values($0.change) + [.integer($0.id)] })
    }

    private func values(_ change: Change) -> [SQLValue] {
        let times = change.times
        return [
            times.initTime, times.blockExpired, times.recordExpired, times.blockedCount, change.hasPassed ? 1 : 0,
        ].map { .integer(Int64($0)) }
    }

    /// Deletes what is left of clients that have just passed, but for rows that somebody else has locked: he will find
    /// the client known, and they expire.
    private func clear(_ clients: Set<String>, now: Int) throws {
        let found = try connection.query(
            """
            SELECT id FROM greylisting_tracking
            WHERE client_address IN (??) AND (passed = 0 OR record_expired < ?)
            ORDER BY id LIMIT \(Self.maximumCleared) FOR UPDATE SKIP LOCKED
            """, rows: clients.map { [.text($0)] }, [.integer(Int64(now))])
        try connection.execute("DELETE FROM greylisting_tracking WHERE id = ?", rows: found)
    }

    func forget(_ client: String) throws {
        try connection.execute("DELETE FROM greylisting_tracking WHERE client_address = ?", [.text(client)])
    }
}
