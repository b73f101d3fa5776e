/// What a shared database says at the beginning of a transaction: its time, and the turn of the seen keys.
struct SharedMoment {
    /// Milliseconds since 1970, by the database's clock.
    var time: Int
    /// Nil before the recording rule has its tables.
    var turn: SeenTurn?

    /// Reads a row of ``query(_:withTurn:)``.
    init?(_ row: [SQLValue]?) {
        guard let row, let time = row.first?.integerValue else { return nil }
        self.time = Int(time)
        guard row.count == 3, let number = row[1].integerValue, let start = row[2].integerValue else { return }
        turn = SeenTurn(number: Int(number), start: Int(start))
    }

    /// The statement whose row ``init(_:)`` reads.
    static func query(_ dialect: SQLDialect, withTurn hasTurn: Bool) -> String {
        let time =
            dialect == .postgreSQL
            ? "floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint"
            : "timestampdiff(MICROSECOND, '1970-01-01 00:00:00', utc_timestamp(3)) DIV 1000"
        guard hasTurn else { return "SELECT \(time)" }
        return """
            SELECT \(time), (SELECT number FROM postern_meta WHERE name = 'seen_turn'),
                (SELECT number FROM postern_meta WHERE name = 'seen_turn_start')
            """
    }
}
