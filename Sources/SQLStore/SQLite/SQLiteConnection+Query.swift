import CSQLite

extension SQLiteConnection {
    /// Runs a statement and returns its rows, each an array of its columns.
    public func query(_ sql: String, _ values: [SQLValue] = []) throws(SQLError) -> [[SQLValue]] {
        let statement = try take(sql)
        defer { giveBack(statement) }
        try statement.bind(values)
        var rows: [[SQLValue]] = []
        while try statement.step() {
            rows.append(statement.row)
        }
        return rows
    }

    /// Runs a statement for its effect; rows are dropped.
    public func execute(_ sql: String, _ values: [SQLValue] = []) throws(SQLError) {
        let statement = try take(sql)
        defer { giveBack(statement) }
        try statement.bind(values)
        try statement.run()
    }

    /// Runs a script of several statements without parameters.
    public func executeScript(_ script: String) throws(SQLError) {
        let database = try handle
        let result = sqlite3_exec(database, script, nil, nil, nil)
        guard result == SQLITE_OK else { throw SQLError(sqlite: result, database, statement: script) }
    }

    /// Runs a statement and calls `body` for each row; the columns are read from the statement.
    public func forEachRow(
        _ sql: String, _ values: [SQLValue] = [], _ body: (SQLiteStatement) throws -> Void
    ) throws {
        try withStatement(sql) { statement in
            try statement.bind(values)
            while try statement.step() {
                try body(statement)
            }
        }
    }

    /// The number of rows that the last INSERT, UPDATE or DELETE changed.
    public var changes: Int {
        (try? handle).map { Int(sqlite3_changes64($0)) } ?? 0
    }

    /// The rowid of the last INSERT.
    public var lastInsertID: Int64 {
        (try? handle).map { sqlite3_last_insert_rowid($0) } ?? 0
    }
}
