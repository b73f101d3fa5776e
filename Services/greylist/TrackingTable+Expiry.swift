internal import SQLStore

extension TrackingTable: GreylistTracking {
    /// How many rows are looked at twice a second by a store that is never quiet.
    private static var portionUnderLoad: Int { 500 }

    mutating func cleanUnderLoad(_ timing: GreylistTiming, now: Int) throws {
        try clean(timing, now: now, limit: Self.portionUnderLoad)
    }

    /// Walks through the table by its ids, and begins again at its end: there is no index on the time of expiry, and one
    /// would have to be kept up with every refused mail.
    mutating func clean(_ timing: GreylistTiming, now: Int, limit: Int) throws {
        let rows = try connection.query(
            "SELECT id, record_expired, passed FROM greylisting_tracking WHERE id > ? ORDER BY id LIMIT ?",
            [.integer(cleanedID), .integer(Int64(limit))])
        cleanedID = rows.count < limit ? 0 : rows.last?.first?.integerValue ?? 0
        let expired = rows.filter { $0[1].number < now }.map { [$0[0], .integer(Int64(now))] }
        let late = rows.compactMap { shortened($0, timing, now: now) }
        guard !expired.isEmpty || !late.isEmpty else { return }
        do {
            try connection.transaction {
                try delete(expired)
                try shorten(late)
            }
        } catch let error as SQLError where error.code == .busy {
            // Somebody is at work with one of these rows; the next walk comes by again.
        }
    }

    /// What has been renewed since it was read stays.
    private func delete(_ expired: [[SQLValue]]) throws {
        try connection.execute("DELETE FROM greylisting_tracking WHERE id = ? AND record_expired < ?", rows: expired)
    }

    private func shorten(_ late: [[SQLValue]]) throws {
        try connection.execute(
            "UPDATE greylisting_tracking SET record_expired = ? WHERE id = ? AND record_expired > ?", rows: late)
    }

    private func shortened(_ row: [SQLValue], _ timing: GreylistTiming, now: Int) -> [SQLValue]? {
        let latest = row[2].number == 1 ? timing.latestPassed(at: now) : timing.latestWaiting(at: now)
        guard row[1].number > latest &+ GreylistTiming.tolerance else { return nil }
        return [.integer(Int64(latest)), row[0], .integer(Int64(latest))]
    }

    // MARK: - Listing

    /// By id. The token is the id.
    func page(client: String?, after: String, limit: Int) throws -> [(token: String, row: [String])] {
        let filter = client == nil ? "" : "AND client_address = ?3"
        let values: [SQLValue] =
            [.integer(Int64(after) ?? 0), .integer(Int64(limit))] + (client.map { [.text($0)] } ?? [])
        let rows = try connection.query(
            "SELECT \(TrackingRow.columns) FROM greylisting_tracking WHERE id > ?1 \(filter) ORDER BY id LIMIT ?2",
            values)
        return rows.compactMap { TrackingRow($0) }.map { ("\($0.id)", $0.listed) }
    }
}

extension TrackingRow {
    /// The cells for `list`; what made a client known does not matter any more, on any engine.
    fileprivate var listed: [String] {
        guard !hasPassed else {
            return [triplet.client, "passed", "", "", "\(times.initTime)", "", "\(times.recordExpired)", ""]
        }
        return [
            triplet.client, "waiting", triplet.sender, triplet.recipient, "\(times.initTime)", "\(times.blockExpired)",
            "\(times.recordExpired)", "\(times.blockedCount)",
        ]
    }
}
