extension PostgreSQLConnection {
    /// Creates the tables of seen keys and `postern_meta` where they are missing.
    public func prepareRecording(trace: Bool) throws(SQLError) {
        let tables = seen ?? SeenTables(dialect)
        try tables.prepare(trace: trace, self)
        seen = tables
    }

    /// Claims the keys: whoever comes second with one waits for the first one's commit and finds its verdict.
    public func claim(_ keys: [SeenKey], now: Int) throws(SQLError) -> SeenClaim {
        guard let beginning, var tables = seen else { throw SQLError(.schema, "recording is not prepared") }
        defer { seen = tables }
        return try tables.claim(keys, at: beginning, now: now, in: self)
    }

    /// Gives the claimed rows their verdicts.
    public func store(_ verdicts: [SeenVerdict], in claim: SeenClaim) throws(SQLError) {
        try seen?.store(verdicts, in: claim, self)
    }

    /// Appends to `postern_trace`.
    public func trace(_ verdicts: [SeenVerdict]) throws(SQLError) {
        try seen?.trace(verdicts, self)
    }

    /// Turns the tables of seen keys when it is time.
    public func relieve() throws(SQLError) {
        guard var tables = seen else { return }
        defer { seen = tables }
        try tables.turn(self)
    }

    /// The keyed hash of this database. `prepareRecording` must have run.
    public func keyedHash() throws(SQLError) -> KeyedHash {
        try (seen ?? SeenTables(dialect)).keyedHash(self)
    }
}
