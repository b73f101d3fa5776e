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

    /// Each portion of the rows is a question of its own.
    public func query(
        _ sql: String, rows: [[SQLValue]], _ values: [SQLValue]
    ) throws(SQLError) -> [[SQLValue]] {
        try makeRoom()
        var found: [[SQLValue]] = []
        for call in try calls(sql, rows: rows, values) { found += try run(call).rows }
        return found
    }

    /// All are sent before the first answer is read.
    public func answers(to queries: [SQLQuery]) throws(SQLError) -> [[[SQLValue]]] {
        try makeRoom()
        var calls: [Call] = []
        var ends: [Int] = []
        for query in queries {
            if let rows = query.rows {
                calls += try self.calls(query.sql, rows: rows, [])
            } else {
                calls.append(try call(query.sql, try translations.plain(query.sql), []))
            }
            ends.append(calls.count)
        }
        let results = try calls.count == 1 ? [run(calls[0])] : runAll(calls)
        var start = 0
        return ends.map { end in
            defer { start = end }
            return results[start..<end].flatMap(\.rows)
        }
    }

    /// All rows go to the server in one statement, where it can be rewritten for that; otherwise all are sent before the
    /// first answer is read.
    @discardableResult
    public func execute(_ sql: String, rows: [[SQLValue]]) throws(SQLError) -> Int {
        guard rows.count > 1 else { return try rows.first.map { row throws(SQLError) in try execute(sql, row) } ?? 0 }
        try makeRoom()
        guard let text = try translations.set(sql), Self.isUniform(rows) else { return try send(sql, rows) }
        var changes = 0
        for portion in SQLRows.portions(rows) {
            changes += try run(call(sql, text, try Self.arrays(of: SQLRows(portion, for: sql), sql))).changes
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
        let text = try translations.plain(sql)
        var calls: [Call] = []
        calls.reserveCapacity(rows.count)
        for row in rows { calls.append(try call(sql, text, PostgreSQLParameter.all(row, sql))) }
        return try runAll(calls).reduce(0) { $0 + $1.changes }
    }

    /// Runs a script of several statements without values.
    public func executeScript(_ script: String) throws(SQLError) {
        _ = try collect(script) { PQsendQuery($0, script) }
    }

    /// Whether a table of this name is on the search path.
    public func hasTable(_ name: String) throws(SQLError) -> Bool {
        try query("SELECT to_regclass(?) IS NOT NULL", [.text(name)]) == [[.integer(1)]]
    }

    // MARK: - Calls

    /// An execution of a prepared statement.
    private struct Call {
        var name: String
        var parameters: PostgreSQLParameterList
        /// The statement as it came, for errors.
        var sql: String
    }

    private func call(
        _ sql: String, _ text: StatementText, _ parameters: [PostgreSQLParameter]
    ) throws(SQLError) -> Call {
        let list = try PostgreSQLParameterList(parameters, text, sql)
        return Call(name: try prepared(text, types: list.types, for: sql), parameters: list, sql: sql)
    }

    /// One for each portion of the rows.
    private func calls(_ sql: String, rows: [[SQLValue]], _ values: [SQLValue]) throws(SQLError) -> [Call] {
        let others = try PostgreSQLParameter.all(values, sql)
        var calls: [Call] = []
        for portion in SQLRows.portions(rows) {
            let list = try SQLRows(portion, for: sql)
            let translation = try translations.list(sql, width: list.width)
            let parameters = try translation.values(listed: try Self.arrays(of: list, sql), others)
            calls.append(try call(sql, translation.text, parameters))
        }
        return calls
    }

    private func run(_ sql: String, _ parameters: [PostgreSQLParameter]) throws(SQLError) -> PostgreSQLResult {
        try makeRoom()
        return try run(call(sql, try translations.plain(sql), parameters))
    }

    private func run(_ call: Call) throws(SQLError) -> PostgreSQLResult {
        try perform(call.sql) { call.parameters.send(to: $0, statement: call.name) ? 1 : 0 }
    }

    private func runAll(_ calls: [Call]) throws(SQLError) -> [PostgreSQLResult] {
        guard let sql = calls.first?.sql else { return [] }
        return try pipeline(sql) { session in
            calls.allSatisfy { call in call.parameters.send(to: session, statement: call.name) }
        }
    }
}
