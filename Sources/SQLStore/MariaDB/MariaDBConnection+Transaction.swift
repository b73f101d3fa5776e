internal import CMariaDB

extension MariaDBConnection {
    /// Whether a transaction is open.
    public var isInTransaction: Bool {
        (try? handle).map { cmariadb_is_in_transaction($0) != 0 } ?? false
    }

    /// Opens a transaction and asks for the server's time. READ WRITE is refused at once by a server that is read-only
    /// for this user.
    public func begin() throws(SQLError) {
        beginning = nil
        try send("START TRANSACTION READ WRITE")
        beginning = SharedMoment(try query(SharedMoment.query(dialect, withTurn: seen != nil)).first)
    }

    /// Commits the open transaction.
    /// - Throws: `.commitUnknown` when the connection is lost meanwhile; nobody can say then whether it happened.
    public func commit() throws(SQLError) {
        // After a deadlock the server has ended the transaction, and COMMIT would do nothing, without a word.
        guard isInTransaction else {
            throw SQLError(.other, "the server has rolled the transaction back", statement: "COMMIT")
        }
        do {
            try send("COMMIT")
        } catch {
            guard error.code == .unavailable else { throw error }
            throw SQLError(.commitUnknown, error.message, statement: error.statement)
        }
    }

    /// Rolls back the open transaction, if there is one.
    public func rollback() {
        guard isInTransaction else { return }
        // If it fails the connection is lost, and the transaction with it.
        try? send("ROLLBACK")
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
        try send("START TRANSACTION READ WRITE")
        try send("ROLLBACK")
    }
}
