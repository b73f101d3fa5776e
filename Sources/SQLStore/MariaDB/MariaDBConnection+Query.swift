internal import CMariaDB

extension MariaDBConnection: SQLConnection {
    /// MariaDB's.
    public var dialect: SQLDialect { .mariaDB }

    /// Runs a statement and returns its rows.
    public func query(_ sql: String, _ values: [SQLValue]) throws(SQLError) -> [[SQLValue]] {
        try run(sql, [values]).rows
    }

    /// Runs a statement for its effect.
    @discardableResult
    public func execute(_ sql: String, _ values: [SQLValue]) throws(SQLError) -> Int {
        try run(sql, [values]).changes
    }

    /// The list is written out with a placeholder for each value, in few different lengths.
    public func query(
        _ sql: String, rows: [[SQLValue]], _ values: [SQLValue]
    ) throws(SQLError) -> [[SQLValue]] {
        var found: [[SQLValue]] = []
        for portion in SQLRows.portions(rows) {
            let list = try SQLRows(portion, for: sql)
            let padded = list.padded
            let text = SQLRows.placeholders(padded.count, width: list.width, singleInParentheses: false)
            let whole = try SQLRows.expand(sql, with: text, listed: padded.flatMap { $0 }, values)
            found += try query(whole.sql, whole.values)
        }
        return found
    }

    /// The server runs the statement for all rows before it answers.
    @discardableResult
    public func execute(_ sql: String, rows: [[SQLValue]]) throws(SQLError) -> Int {
        guard !rows.isEmpty else { return 0 }
        guard hasBulk else {
            var changes = 0
            for row in rows { changes += try execute(sql, row) }
            return changes
        }
        return try run(sql, rows).changes
    }

    /// Runs a script of several statements without values, each ended by a semicolon at the end of a line.
    public func executeScript(_ script: String) throws(SQLError) {
        var statement = ""
        for line in script.split(whereSeparator: \.isNewline) {
            statement += statement.isEmpty ? String(line) : "\n\(line)"
            guard line.last == ";" else { continue }
            try send(String(statement.dropLast()))
            statement = ""
        }
        if !statement.isEmpty { try send(statement) }
    }

    /// Whether the database has a table of this name that the user may see.
    public func hasTable(_ name: String) throws(SQLError) -> Bool {
        try !query(
            "SELECT 1 FROM information_schema.tables WHERE table_schema = database() AND table_name = ?", [.text(name)]
        ).isEmpty
    }

    private func run(_ sql: String, _ rows: [[SQLValue]]) throws(SQLError) -> (rows: [[SQLValue]], changes: Int) {
        let text = try StatementText(sql, dialect: dialect)
        let statement = try prepared(text.text)
        var ordered: [[SQLValue]] = []
        ordered.reserveCapacity(rows.count)
        for row in rows {
            guard row.count == (text.order.max().map { $0 + 1 } ?? 0) else {
                throw SQLError(.other, "\(row.count) values for other placeholders", statement: sql)
            }
            ordered.append(text.order.map { row[$0] })
        }
        do {
            return try statement.run(ordered)
        } catch {
            if statement.isSpent { forget(text.text) }
            throw note(error)
        }
    }
}
