internal import CPostgreSQL

extension PostgreSQLConnection: SQLConnection {
    /// PostgreSQL's.
    public var dialect: SQLDialect { .postgreSQL }

    /// Runs a statement and returns its rows.
    public func query(_ sql: String, _ values: [SQLValue]) throws(SQLError) -> [[SQLValue]] {
        try run(sql, PostgreSQLParameter.all(values, sql)).rows
    }

    /// Runs a statement for its effect.
    @discardableResult
    public func execute(_ sql: String, _ values: [SQLValue]) throws(SQLError) -> Int {
        try run(sql, PostgreSQLParameter.all(values, sql)).changes
    }

    /// The list is a query on arrays, one for each column, so the statement is the same for any number of rows.
    public func query(
        _ sql: String, rows: [[SQLValue]], _ values: [SQLValue]
    ) throws(SQLError) -> [[SQLValue]] {
        let others = try PostgreSQLParameter.all(values, sql)
        var found: [[SQLValue]] = []
        for portion in SQLRows.portions(rows) {
            let list = try SQLRows(portion, for: sql)
            var arrays: [PostgreSQLParameter] = []
            for column in 0..<list.width {
                arrays.append(try PostgreSQLParameter(array: list.rows.map { $0[column] }, sql))
            }
            let marks = Array(repeating: "?", count: list.width).joined(separator: ", ")
            let whole = try SQLRows.expand(sql, with: "SELECT * FROM unnest(\(marks))", listed: arrays, others)
            found += try run(whole.sql, whole.values).rows
        }
        return found
    }

    /// All rows are sent before the first answer is read.
    @discardableResult
    public func execute(_ sql: String, rows: [[SQLValue]]) throws(SQLError) -> Int {
        guard !rows.isEmpty else { return 0 }
        let text = try StatementText(sql, dialect: dialect)
        var calls: [(name: String, parameters: PostgreSQLParameterList)] = []
        calls.reserveCapacity(rows.count)
        for row in rows {
            let parameters = try PostgreSQLParameterList(PostgreSQLParameter.all(row, sql), text, sql)
            calls.append((try prepared(text, types: parameters.types, for: sql), parameters))
        }
        let results = try pipeline(sql) { session in
            calls.allSatisfy { call in call.parameters.send(to: session, statement: call.name) }
        }
        return results.reduce(0) { $0 + $1.changes }
    }

    /// Runs a script of several statements without values.
    public func executeScript(_ script: String) throws(SQLError) {
        _ = try collect(script) { PQsendQuery($0, script) }
    }

    /// Whether a table of this name is on the search path.
    public func hasTable(_ name: String) throws(SQLError) -> Bool {
        try query("SELECT to_regclass(?) IS NOT NULL", [.text(name)]) == [[.integer(1)]]
    }

    private func run(_ sql: String, _ parameters: [PostgreSQLParameter]) throws(SQLError) -> PostgreSQLResult {
        let text = try StatementText(sql, dialect: dialect)
        let list = try PostgreSQLParameterList(parameters, text, sql)
        let name = try prepared(text, types: list.types, for: sql)
        return try perform(sql) { list.send(to: $0, statement: name) ? 1 : 0 }
    }
}
