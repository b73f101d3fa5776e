internal import SQLStore

extension HashedTracking: GreylistTracking {
    private static let tables = ["postern_greylist_waiting", "postern_greylist_clients"]

    func clean(_ timing: GreylistTiming, now: Int, limit: Int) throws {
        try connection.transaction {
            try deleteExpired(before: now, limit: limit)
            try shortenTimes(timing, now: now, limit: limit)
        }
    }

    func cleanUnderLoad(_ timing: GreylistTiming, now: Int) {}

    /// Deletes up to `limit` expired rows of each table.
    /// - Returns: How many were deleted.
    @discardableResult
    func deleteExpired(before now: Int, limit: Int) throws -> Int {
        var deleted = 0
        for table in Self.tables {
            deleted += try connection.execute(
                """
                DELETE FROM \(table) WHERE id IN
                    (SELECT id FROM \(table) WHERE record_expired < ? ORDER BY record_expired LIMIT ?)
                """, [.integer(Int64(now)), .integer(Int64(limit))])
        }
        return deleted
    }

    /// Shortens up to `limit` times of each table that end so late that only a clock running ahead can have written
    /// them, or a setting that was longer: else such rows would never expire.
    func shortenTimes(_ timing: GreylistTiming, now: Int, limit: Int) throws {
        for (table, latest) in zip(Self.tables, [timing.latestWaiting(at: now), timing.latestPassed(at: now)]) {
            try connection.execute(
                """
                UPDATE \(table) SET record_expired = ? WHERE id IN
                    (SELECT id FROM \(table) WHERE record_expired > ? LIMIT ?)
                """,
                [.integer(Int64(latest)), .integer(Int64(latest &+ GreylistTiming.tolerance)), .integer(Int64(limit))])
        }
    }
}
