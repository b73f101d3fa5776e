import CSQLite

extension SQLiteConnection {
    /// Whether a transaction is open.
    public var isInTransaction: Bool {
        (try? handle).map { sqlite3_get_autocommit($0) == 0 } ?? false
    }

    /// Opens a transaction that writes (BEGIN IMMEDIATE): it has the lock from the start, so it can never lose what it
    /// has read to another writer.
    public func begin() throws(SQLError) {
        try execute("BEGIN IMMEDIATE")
    }

    /// Commits the open transaction. After an error it is still open.
    public func commit() throws(SQLError) {
        try execute("COMMIT")
    }

    /// Rolls back the open transaction, if there is one: after some failures SQLite has done it already.
    public func rollback() {
        guard isInTransaction else { return }
        _ = try? execute("ROLLBACK")
    }

    /// None: the clock of this host counts.
    public func unixTime() -> Int? { nil }

    /// Whether the file is still in its place and can be read and locked for writing. A lock of somebody else is no
    /// failure.
    public func probe() throws(SQLError) {
        var hasMoved: Int32 = 0
        sqlite3_file_control(try handle, "main", SQLITE_FCNTL_HAS_MOVED, &hasMoved)
        guard hasMoved == 0 else { throw SQLError(.unavailable, "the database file has been moved or removed") }
        do {
            _ = try query("SELECT count(*) FROM sqlite_schema")
            try begin()
            rollback()
        } catch  where error.code == .busy {
            return
        }
    }
}
