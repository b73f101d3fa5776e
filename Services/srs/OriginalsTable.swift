internal import SQLStore

/// The original addresses that are kept in the database, by their identifiers.
struct OriginalsTable {
    /// So many that have expired are deleted at once.
    static let portion = 500

    private let connection: any SQLConnection

    /// The table of a connection.
    init(_ connection: any SQLConnection) {
        self.connection = connection
    }

    /// The addresses of those identifiers that are kept.
    func addresses(of identifiers: Set<Bytes16>) throws(SQLError) -> [Bytes16: String] {
        let rows = try connection.query(
            "SELECT id, address FROM postern_srs_originals WHERE id IN (??)",
            rows: identifiers.sorted().map { [.blob($0.bytes)] })
        var addresses: [Bytes16: String] = [:]
        for row in rows where row.count == 2 {
            if let id = row[0].blobValue.flatMap({ Bytes16(bytes: $0) }) { addresses[id] = row[1].textValue }
        }
        return addresses
    }

    // MARK: - Keeping

    /// Keeps the originals that are not kept yet, in one transaction.
    /// - Returns: What is kept afterwards; what is missing there found no room.
    func keep(_ originals: [SRSOriginal], bound: OriginalsBound) throws -> [Bytes16: String] {
        let wanted = Dictionary(originals.map { ($0.identifier, $0) }, uniquingKeysWith: { first, _ in first })
        // A sender that writes again the same day costs no write.
        var kept = try addresses(of: Set(wanted.keys))
        let missing = wanted.values.filter { kept[$0.identifier] == nil }
        guard !missing.isEmpty else { return kept }
        try connection.transaction {
            for (lastDay, group) in Dictionary(grouping: missing, by: \.lastDay).sorted(by: { $0.key < $1.key }) {
                kept.merge(try insert(group, lastDay: lastDay, bound: bound)) { old, _ in old }
            }
        }
        return kept
    }

    /// The row of the day is locked first: whoever has it is the only one who adds originals with this last day.
    private func insert(
        _ originals: [SRSOriginal], lastDay: Int, bound: OriginalsBound
    ) throws(SQLError) -> [Bytes16: String] {
        try lock(lastDay)
        var kept = try addresses(of: Set(originals.map(\.identifier)))
        let new = originals.filter { kept[$0.identifier] == nil }.sorted { $0.identifier < $1.identifier }
            .prefix(bound.room(for: lastDay, counts: try counts()))
        guard !new.isEmpty else { return kept }
        try connection.execute(
            "INSERT INTO postern_srs_originals (id, last_day, address) VALUES (?, ?, ?)",
            rows: new.map { [.blob($0.identifier.bytes), .integer(Int64(lastDay)), .text($0.address)] })
        try connection.execute(
            "UPDATE postern_srs_days SET originals = originals + ? WHERE last_day = ?",
            [.integer(Int64(new.count)), .integer(Int64(lastDay))])
        for original in new { kept[original.identifier] = original.address }
        return kept
    }

    /// Makes the row of a day when it is missing, and locks it; on SQLite the transaction has locked all others out.
    private func lock(_ lastDay: Int) throws(SQLError) {
        let clash =
            connection.dialect == .mariaDB ? "ON DUPLICATE KEY UPDATE originals = originals" : "ON CONFLICT DO NOTHING"
        try connection.execute(
            "INSERT INTO postern_srs_days (last_day, originals) VALUES (?, 0) \(clash)", [.integer(Int64(lastDay))])
        guard connection.dialect != .sqlite else { return }
        _ = try connection.query(
            "SELECT originals FROM postern_srs_days WHERE last_day = ? FOR UPDATE", [.integer(Int64(lastDay))])
    }

    /// How many originals are kept, by their last day.
    func counts() throws(SQLError) -> [Int: Int] {
        let rows = try connection.query("SELECT last_day, originals FROM postern_srs_days")
        var counts: [Int: Int] = [:]
        for row in rows where row.count == 2 {
            if let day = row[0].integerValue, let count = row[1].integerValue {
                counts[Int(clamping: day)] = Int(clamping: count)
            }
        }
        return counts
    }

    // MARK: - Forgetting

    /// Deletes a portion of those whose last day is before `day`, with their day when none is left.
    func forget(before day: Int) throws {
        let days = try connection.query(
            "SELECT last_day FROM postern_srs_days WHERE last_day < ? ORDER BY last_day LIMIT 1",
            [.integer(Int64(day))])
        guard let lastDay = days.first?.first?.integerValue else { return }
        try connection.transaction {
            try lock(Int(clamping: lastDay))
            let expired = try connection.query(
                "SELECT id FROM postern_srs_originals WHERE last_day = ? LIMIT \(Self.portion)", [.integer(lastDay)])
            try connection.execute("DELETE FROM postern_srs_originals WHERE id = ?", rows: expired)
            if expired.count < Self.portion {
                try connection.execute("DELETE FROM postern_srs_days WHERE last_day = ?", [.integer(lastDay)])
            } else {
                try connection.execute(
                    "UPDATE postern_srs_days SET originals = originals - ? WHERE last_day = ?",
                    [.integer(Int64(expired.count)), .integer(lastDay)])
            }
        }
    }
}
