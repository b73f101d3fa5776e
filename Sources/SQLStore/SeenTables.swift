/// The tables of the recording rule in a database that several hosts share.
///
/// There is no lock on the whole database as in SQLite. Claiming inserts a row without a verdict for each key; whoever
/// comes second with the same key waits at that row for the first one's commit, and then reads its verdict. A row is
/// never committed without one.
struct SeenTables {
    let dialect: SQLDialect
    private var watch = SeenTurnWatch()
    /// Set when the turn is over: the table to be emptied, and the turn of that time.
    private var overdue: SeenTurn?
    private var latest = 0
    private var nextEmptying = Int.min

    /// How many rows are deleted at once.
    private static let portion = 2000
    /// The width of the column for a check's name.
    private static let checkLength = 64
    /// After a failure, emptying is tried again so much later, in milliseconds.
    private static let pause = 60_000

    init(_ dialect: SQLDialect) {
        self.dialect = dialect
    }

    // MARK: - Claiming

    /// Claims the keys in the tables of this turn. `now` is CLOCK_MONOTONIC in milliseconds.
    mutating func claim(
        _ keys: [SeenKey], at moment: SharedMoment, now: Int, in connection: some SQLConnection
    ) throws(SQLError) -> SeenClaim {
        guard let turn = moment.turn else { throw SQLError(.schema, "postern_meta lacks the turn of the seen keys") }
        note(turn, at: moment, now: now)
        // In the same order everywhere, or two hosts that see different turns could wait for each other.
        let tables = turn.tables(at: moment.time).sorted()
        // MariaDB's IGNORE would cut it short without a word.
        guard keys.allSatisfy({ $0.check.utf8.count <= Self.checkLength }) else {
            throw SQLError(.constraint, "a check with a name of more than \(Self.checkLength) bytes")
        }
        let rows = keys.map { [SQLValue.blob($0.key.bytes), .text($0.check)] }
        var known: [SeenKey: String] = [:]
        for table in tables {
            let inserted = try connection.execute(insertion(into: table), rows: rows)
            // Where every key was new there is nothing to be found.
            guard inserted < keys.count else { continue }
            known.merge(try verdicts(of: rows, in: table, connection)) { first, _ in first }
        }
        for table in [0, 1] where !tables.contains(table) {
            known.merge(try verdicts(of: rows, in: table, connection)) { first, _ in first }
        }
        if !known.isEmpty { try complete(known, in: tables, connection) }
        return SeenClaim(verdicts: keys.map { known[$0] }, tables: tables)
    }

    private func insertion(into table: Int) -> String {
        let rest = "INTO postern_seen_\(table) (\"key\", check_name) VALUES (?, ?)"
        return dialect == .postgreSQL ? "INSERT \(rest) ON CONFLICT DO NOTHING" : "INSERT IGNORE \(rest)"
    }

    private func verdicts(
        of rows: [[SQLValue]], in table: Int, _ connection: some SQLConnection
    ) throws(SQLError) -> [SeenKey: String] {
        let found = try connection.query(
            """
            SELECT "key", check_name, verdict FROM postern_seen_\(table)
            WHERE ("key", check_name) IN (??) AND verdict IS NOT NULL
            """, rows: rows)
        var verdicts: [SeenKey: String] = [:]
        for row in found {
            guard let bytes = row[0].blobValue, let key = RecordingKeyBytes(bytes: bytes), let check = row[1].textValue
            else { continue }
            verdicts[SeenKey(key: key, check: check)] = row[2].textValue
        }
        return verdicts
    }

    /// A key that was found in one table and is new in the other has its verdict there too.
    private func complete(
        _ known: [SeenKey: String], in tables: [Int], _ connection: some SQLConnection
    ) throws(SQLError) {
        let rows = known.sorted { $0.key < $1.key }.map { key, verdict in
            [SQLValue.text(verdict), .blob(key.key.bytes), .text(key.check)]
        }
        for table in tables {
            try connection.execute(
                """
                UPDATE postern_seen_\(table) SET verdict = ?
                WHERE "key" = ? AND check_name = ? AND verdict IS NULL
                """, rows: rows)
        }
    }

    /// Gives the claimed rows their verdicts.
    func store(_ verdicts: [SeenVerdict], in claim: SeenClaim, _ connection: some SQLConnection) throws(SQLError) {
        let rows = verdicts.map { [SQLValue.text($0.verdict), .blob($0.seen.key.bytes), .text($0.seen.check)] }
        for table in claim.tables {
            let changed = try connection.execute(
                "UPDATE postern_seen_\(table) SET verdict = ? WHERE \"key\" = ? AND check_name = ?", rows: rows)
            guard changed == rows.count else {
                throw SQLError(.other, "\(rows.count - changed) claimed keys are not in postern_seen_\(table)")
            }
        }
    }

    // MARK: - Turns

    private mutating func note(_ turn: SeenTurn, at moment: SharedMoment, now: Int) {
        latest = now
        let isOver = turn.isOver(at: moment.time, seenFor: watch.note(turn.number, now: now))
        overdue = isOver && now >= nextEmptying ? turn : nil
    }

    /// Empties a portion of the table whose keys are old, and begins the next turn when it is empty. Between batches, in
    /// portions, so that no request waits for it. The turn's row is locked, so one host does it at a time.
    mutating func turn(_ connection: some SQLConnection) throws(SQLError) {
        guard let turn = overdue else { return }
        overdue = nil
        do {
            try connection.begin()
            try turnLocked(turn, connection)
            try connection.commit()
        } catch {
            connection.rollback()
            guard error.code != .busy else { return }
            nextEmptying = latest &+ Self.pause
            throw error
        }
    }

    private func turnLocked(_ turn: SeenTurn, _ connection: some SQLConnection) throws(SQLError) {
        let found = try connection.query("SELECT number FROM postern_meta WHERE name = 'seen_turn' FOR UPDATE")
        guard found == [[.integer(Int64(turn.number))]] else { return }
        let deleted = try connection.execute(deletion(from: 1 - turn.current))
        guard deleted < Self.portion else { return }
        guard let time = try SharedMoment(connection.query(SharedMoment.query(dialect, withTurn: false)).first)?.time
        else { throw SQLError(.other, "the server does not tell the time") }
        try keep(SeenTurn(number: turn.number &+ 1, start: time), connection)
    }

    private func deletion(from table: Int) -> String {
        let name = "postern_seen_\(table)"
        guard dialect == .postgreSQL else {
            return "DELETE FROM \(name) ORDER BY \"key\", check_name LIMIT \(Self.portion)"
        }
        return "DELETE FROM \(name) WHERE ctid = ANY (ARRAY (SELECT ctid FROM \(name) LIMIT \(Self.portion)))"
    }

    private func keep(_ turn: SeenTurn, _ connection: some SQLConnection) throws(SQLError) {
        for (name, value) in [("seen_turn", turn.number), ("seen_turn_start", turn.start)] {
            try connection.execute(
                "UPDATE postern_meta SET number = ? WHERE name = ?", [.integer(Int64(value)), .text(name)])
        }
    }
}
