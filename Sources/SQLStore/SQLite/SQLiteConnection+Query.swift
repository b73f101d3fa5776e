import CSQLite

extension SQLiteConnection: SQLConnection {
    /// SQLite's.
    public var dialect: SQLDialect { .sqlite }

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
    /// - Returns: The number of rows that it has changed, if it is an INSERT, UPDATE or DELETE.
    @discardableResult
    public func execute(_ sql: String, _ values: [SQLValue] = []) throws(SQLError) -> Int {
        try execute(sql, rows: [values])
    }

    /// Runs a statement once for each row of values, in order.
    @discardableResult
    public func execute(_ sql: String, rows: [[SQLValue]]) throws(SQLError) -> Int {
        let statement = try take(sql)
        defer { giveBack(statement) }
        let before = sqlite3_total_changes64(try handle)
        for row in rows {
            try statement.bind(row)
            try statement.run()
        }
        return Int(clamping: sqlite3_total_changes64(try handle) &- before)
    }

    /// The list is written out with a placeholder for each value, in few different lengths.
    public func query(
        _ sql: String, rows: [[SQLValue]], _ values: [SQLValue] = []
    ) throws(SQLError) -> [[SQLValue]] {
        var found: [[SQLValue]] = []
        for portion in SQLRows.portions(rows) {
            let list = try SQLRows(portion, for: sql)
            let padded = list.padded
            let text = "VALUES " + SQLRows.placeholders(padded.count, width: list.width, singleInParentheses: true)
            let whole = try SQLRows.expand(sql, with: text, listed: padded.flatMap { $0 }, values)
            found += try query(whole.sql, whole.values)
        }
        return found
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
