internal import CPostgreSQL

extension PostgreSQLConnection {
    /// Whether a transaction is open.
    public var isInTransaction: Bool {
        (try? handle).map { PQtransactionStatus($0) != PQTRANS_IDLE } ?? false
    }

    /// Opens a transaction and asks for the server's time, in one round trip.
    public func begin() throws(SQLError) {
        beginning = nil
        let question = SharedMoment.query(dialect, withTurn: seen != nil)
        let results = try pipeline("BEGIN") { session in
            PQsendQueryParams(session, "BEGIN", 0, nil, nil, nil, nil, 0) == 1
                && PQsendQueryParams(session, question, 0, nil, nil, nil, nil, 0) == 1
        }
        beginning = SharedMoment(results.last?.rows.first)
    }

    /// Commits the open transaction.
    /// - Throws: `.commitUnknown` when the connection is lost meanwhile; nobody can say then whether it happened.
    public func commit() throws(SQLError) {
        do throws(SQLError) {
            let result = try perform("COMMIT") { PQsendQueryParams($0, "COMMIT", 0, nil, nil, nil, nil, 0) }
            // A transaction in which a statement failed is rolled back by COMMIT, and that is no error to the server.
            guard result.command == "COMMIT" else {
                throw SQLError(.other, "the server has rolled the transaction back", statement: "COMMIT")
            }
        } catch {
            guard error.code == .unavailable else { throw error }
            throw SQLError(.commitUnknown, error.message, statement: error.statement)
        }
    }

    /// Rolls back the open transaction, if there is one.
    public func rollback() {
        guard isInTransaction else { return }
        // If it fails the connection is lost, and the transaction with it.
        _ = try? execute("ROLLBACK")
    }

    /// The server's clock, in seconds since 1970; inside a transaction as it was when that began.
    public func unixTime() throws(SQLError) -> Int? {
        if isInTransaction, let beginning { return beginning.time / 1000 }
        let moment = SharedMoment(try query(SharedMoment.query(dialect, withTurn: false)).first)
        guard let moment else { throw SQLError(.other, "the server does not tell the time") }
        return moment.time / 1000
    }

    /// Whether the server answers and would let a transaction write.
    public func probe() throws(SQLError) {
        guard try query("SHOW transaction_read_only") == [[.text("off")]] else {
            throw SQLError(.readOnly, "the server allows no writing (transaction_read_only)")
        }
    }
}
