import CSQLite

extension SQLError {
    /// The error that `result` stands for, with the connection's message. SQLite's messages name tables, columns and
    /// constraints, never bound values.
    init(sqlite result: Int32, _ handle: OpaquePointer?, statement: String = "") {
        let extended = handle.map { sqlite3_extended_errcode($0) } ?? result
        let words = handle.flatMap { sqlite3_errmsg($0) } ?? sqlite3_errstr(result)
        let message = words.map { String(cString: $0) } ?? "unknown error"
        self.init(Code(sqlite: result), "\(message) (SQLite \(extended))", statement: statement)
    }
}

extension SQLError.Code {
    /// The code of a primary or extended result code of SQLite.
    init(sqlite result: Int32) {
        switch result & 0xff {
        case SQLITE_BUSY, SQLITE_LOCKED: self = .busy
        case SQLITE_CONSTRAINT: self = .constraint
        case SQLITE_FULL: self = .full
        case SQLITE_READONLY: self = .readOnly
        case SQLITE_CORRUPT, SQLITE_NOTADB: self = .corrupt
        case SQLITE_IOERR: self = .ioError
        case SQLITE_CANTOPEN: self = .unavailable
        default: self = .other
        }
    }
}
