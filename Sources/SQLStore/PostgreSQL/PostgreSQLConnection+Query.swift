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

    /// The list is one array for each column, so the statement is the same for any number of rows.
    public func query(
        _ sql: String, rows: [[SQLValue]], _ values: [SQLValue]
    ) throws(SQLError) -> [[SQLValue]] {
        let others = try PostgreSQLParameter.all(values, sql)
        var found: [[SQLValue]] = []
        for portion in SQLRows.portions(rows) {
            let list = try SQLRows(portion, for: sql)
            let place = Self.membership(sql, width: list.width)
            let whole = try SQLRows.expand(place.sql, with: place.list, listed: try Self.arrays(of: list, sql), others)
            found += try run(whole.sql, whole.values).rows
        }
        return found
    }

    /// A look into an array of single values goes by the column's index, however small the server takes the table to be;
    /// tuples are a query on their arrays.
    private static func membership(_ sql: String, width: Int) -> (sql: String, list: String) {
        if width == 1, !sql.contains(" NOT IN (??") {
            return (sql.replacing(" IN (??", with: " = ANY (??"), "?")
        }
        let marks = Array(repeating: "?", count: width).joined(separator: ", ")
        return (sql, "SELECT * FROM unnest(\(marks))")
    }

    /// All rows go to the server in one statement, where it can be rewritten for that; otherwise all are sent before the
    /// first answer is read.
    @discardableResult
    public func execute(_ sql: String, rows: [[SQLValue]]) throws(SQLError) -> Int {
        guard rows.count > 1 else { return try rows.first.map { row throws(SQLError) in try execute(sql, row) } ?? 0 }
        guard let text = PostgreSQLSetStatement.text(sql), Self.isUniform(rows) else { return try send(sql, rows) }
        var changes = 0
        for portion in SQLRows.portions(rows) {
            changes += try run(text, try Self.arrays(of: SQLRows(portion, for: sql), sql)).changes
        }
        return changes
    }

    /// Whether each column has values of one kind, and some that are not NULL: only those make an array of a known type.
    private static func isUniform(_ rows: [[SQLValue]]) -> Bool {
        guard let width = rows.first?.count, rows.allSatisfy({ $0.count == width }) else { return false }
        return (0..<width).allSatisfy { column in
            let kinds = Set(rows.lazy.map { PostgreSQLParameter.type(of: $0[column]) })
            return kinds.subtracting([0]).count == 1
        }
    }

    private static func arrays(of list: SQLRows, _ sql: String) throws(SQLError) -> [PostgreSQLParameter] {
        var arrays: [PostgreSQLParameter] = []
        arrays.reserveCapacity(list.width)
        for column in 0..<list.width {
            arrays.append(try PostgreSQLParameter(array: list.rows.map { $0[column] }, sql))
        }
        return arrays
    }

    private func send(_ sql: String, _ rows: [[SQLValue]]) throws(SQLError) -> Int {
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
