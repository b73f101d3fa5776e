/// What a store's statements need of a connection, whatever the engine. A connection belongs to the thread that opened
/// it.
///
/// A statement is written with `?` for its values, or with `?1`, `?2` for values by number, in every dialect. Values
/// are always bound, never written into the text, and a statement is prepared once and kept. Names in double quotes
/// are identifiers and `||` joins texts in every dialect.
///
/// Rows by the batch cost one round trip each way:
///
///     connection.query("SELECT id, n FROM t WHERE (a, b) IN (??) ORDER BY id FOR UPDATE", rows: [[.integer(1), ...]])
///     connection.execute("UPDATE t SET n = ? WHERE id = ?", rows: [[.integer(5), .integer(1)], ...])
public protocol SQLConnection: StoreConnection {
    /// The engine's SQL.
    var dialect: SQLDialect { get }
    /// Runs a statement and returns its rows, each an array of its columns.
    func query(_ sql: String, _ values: [SQLValue]) throws(SQLError) -> [[SQLValue]]
    /// Runs a statement for its effect.
    /// - Returns: The number of rows that it inserted, deleted or found to update. For what an upsert has updated
    ///   MariaDB counts two.
    @discardableResult
    func execute(_ sql: String, _ values: [SQLValue]) throws(SQLError) -> Int
    /// Runs a statement whose `IN (??)`, in one place or in several, stands for `rows`, which all have the same number
    /// of values and, column by column, values of the same kind. More than ``SQLRows/limit`` of them are asked for in
    /// portions, in order.
    /// - Parameters:
    ///   - rows: The values, or tuples of values, of the list; for none the answer is no rows, without a question.
    ///   - values: The values of the other placeholders, all of them written `?`.
    func query(_ sql: String, rows: [[SQLValue]], _ values: [SQLValue]) throws(SQLError) -> [[SQLValue]]
    /// Runs statements that only read, in one round trip where the engine can, and returns the rows of each.
    /// - Throws: The first error; then none has an answer.
    func answers(to queries: [SQLQuery]) throws(SQLError) -> [[[SQLValue]]]
    /// Runs a statement once for each of `rows`, in order; when one fails, none has an effect, provided a transaction
    /// is open, which then has to be rolled back. No two rows may concern the same row of the table, but for an INSERT
    /// that leaves alone what is there: PostgreSQL runs one statement for all.
    /// - Returns: The sum of what ``execute(_:_:)`` returns for each.
    @discardableResult
    func execute(_ sql: String, rows: [[SQLValue]]) throws(SQLError) -> Int
    /// Runs a script of several statements without values.
    func executeScript(_ script: String) throws(SQLError)
    /// Whether a table of this name can be seen.
    func hasTable(_ name: String) throws(SQLError) -> Bool
    /// The keyed hash of this database; its key is made and kept in `postern_meta` when it is asked for first.
    func keyedHash() throws(SQLError) -> KeyedHash
}

extension SQLConnection {
    /// One after the other.
    public func answers(to queries: [SQLQuery]) throws(SQLError) -> [[[SQLValue]]] {
        var answers: [[[SQLValue]]] = []
        for item in queries {
            if let rows = item.rows {
                answers.append(try query(item.sql, rows: rows))
            } else {
                answers.append(try query(item.sql))
            }
        }
        return answers
    }

    /// Runs a statement without values and returns its rows.
    public func query(_ sql: String) throws(SQLError) -> [[SQLValue]] {
        try query(sql, [])
    }

    /// Runs a statement without values for its effect.
    @discardableResult
    public func execute(_ sql: String) throws(SQLError) -> Int {
        try execute(sql, [])
    }

    /// Runs a statement whose `IN (??)` stands for `rows`.
    public func query(_ sql: String, rows: [[SQLValue]]) throws(SQLError) -> [[SQLValue]] {
        try query(sql, rows: rows, [])
    }

    /// Runs `body` in a transaction that is committed when it returns and rolled back when it throws.
    @discardableResult
    public func transaction<Value>(_ body: () throws -> Value) throws -> Value {
        try begin()
        do {
            let value = try body()
            try commit()
            return value
        } catch {
            rollback()
            throw error
        }
    }
}
