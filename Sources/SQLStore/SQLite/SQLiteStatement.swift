import CSQLite

/// A prepared statement and the row it stands on: bind, step, read the columns. It is valid inside the closure that
/// received it, see ``SQLiteConnection/withStatement(_:_:)``. Parameters count from 1, columns from 0, as in SQLite.
public final class SQLiteStatement {
    let handle: OpaquePointer
    let sql: String
    var isInUse = false

    init(_ sql: String, in database: OpaquePointer) throws(SQLError) {
        var statement: OpaquePointer?
        var isComplete = true
        let result = sql.withCString { text in
            var tail: UnsafePointer<CChar>?
            let flags = UInt32(SQLITE_PREPARE_PERSISTENT)
            let result = sqlite3_prepare_v3(database, text, -1, flags, &statement, &tail)
            isComplete = tail.map { $0.pointee == 0 } ?? true
            return result
        }
        guard result == SQLITE_OK else { throw SQLError(sqlite: result, database, statement: sql) }
        guard let statement else { throw SQLError(.other, "an empty statement", statement: sql) }
        handle = statement
        self.sql = sql
        // SQLite would leave out the rest without a word.
        guard isComplete else { throw SQLError(.other, "more than one statement", statement: sql) }
    }

    deinit {
        sqlite3_finalize(handle)
    }

    // MARK: - Parameters

    /// Binds an integer.
    public func bind(_ value: Int64, at index: Int) throws(SQLError) {
        try check(sqlite3_bind_int64(handle, Int32(truncatingIfNeeded: index), value))
    }

    /// Binds an integer.
    public func bind(_ value: Int, at index: Int) throws(SQLError) {
        try bind(Int64(value), at: index)
    }

    /// Binds text.
    public func bind(_ value: String, at index: Int) throws(SQLError) {
        var value = value
        try check(
            value.withUTF8 { bytes in
                bytes.withMemoryRebound(to: CChar.self) {
                    csqlite_bind_text(handle, Int32(truncatingIfNeeded: index), $0.baseAddress, UInt64($0.count))
                }
            })
    }

    /// Binds bytes.
    public func bind(_ value: [UInt8], at index: Int) throws(SQLError) {
        try check(
            value.withUnsafeBytes {
                csqlite_bind_blob(handle, Int32(truncatingIfNeeded: index), $0.baseAddress, UInt64($0.count))
            })
    }

    /// Binds a key of 16 bytes.
    public func bind(_ value: Bytes16, at index: Int) throws(SQLError) {
        try check(
            withUnsafeBytes(of: (value.high.bigEndian, value.low.bigEndian)) {
                csqlite_bind_blob(handle, Int32(truncatingIfNeeded: index), $0.baseAddress, UInt64($0.count))
            })
    }

    /// Binds NULL.
    public func bindNull(at index: Int) throws(SQLError) {
        try check(sqlite3_bind_null(handle, Int32(truncatingIfNeeded: index)))
    }

    /// Binds a value of any kind.
    public func bind(_ value: SQLValue, at index: Int) throws(SQLError) {
        switch value {
        case .null: try bindNull(at: index)
        case .integer(let integer): try bind(integer, at: index)
        case .text(let text): try bind(text, at: index)
        case .blob(let bytes): try bind(bytes, at: index)
        }
    }

    /// Binds all parameters.
    public func bind(_ values: [SQLValue]) throws(SQLError) {
        for (index, value) in values.enumerated() {
            try bind(value, at: index + 1)
        }
    }

    // MARK: - Running

    /// Goes to the next row.
    /// - Returns: False when there is none (left): the statement has done its work.
    public func step() throws(SQLError) -> Bool {
        switch sqlite3_step(handle) {
        case SQLITE_ROW: return true
        case SQLITE_DONE: return false
        case let result: throw error(result)
        }
    }

    /// Runs a statement that returns no rows and makes it ready to be bound and run again.
    public func run() throws(SQLError) {
        while try step() {}
        reset()
    }

    /// Makes the statement ready to be bound and run again.
    public func reset() {
        // Its result repeats the error that step has thrown already.
        sqlite3_reset(handle)
    }

    private func check(_ result: Int32) throws(SQLError) {
        guard result == SQLITE_OK else { throw error(result) }
    }

    private func error(_ result: Int32) -> SQLError {
        SQLError(sqlite: result, sqlite3_db_handle(handle), statement: sql)
    }
}
