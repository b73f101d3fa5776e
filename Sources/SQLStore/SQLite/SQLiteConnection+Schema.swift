extension SQLiteConnection {
    /// Opens the database and brings the schema up to date: what a store's `open` closure usually does.
    public convenience init(_ configuration: SQLiteConfiguration, schema: SQLSchema) throws(SQLError) {
        try self.init(configuration)
        try prepare(schema)
    }

    /// Creates the component's tables, or brings older ones up to date, in one transaction.
    /// - Throws: `.schema` when they are newer than this program.
    public func prepare(_ schema: SQLSchema) throws(SQLError) {
        // Most openings find everything in place and need no lock.
        if try hasTable("postern_schema"), try schema.steps(from: version(of: schema)).isEmpty { return }
        do {
            try transaction { try upgrade(schema) }
        } catch {
            throw SQLError(wrapping: error)
        }
    }

    private func upgrade(_ schema: SQLSchema) throws(SQLError) {
        try execute(
            """
            CREATE TABLE IF NOT EXISTS postern_schema
                (component TEXT PRIMARY KEY, version INTEGER NOT NULL) WITHOUT ROWID
            """)
        let steps = try schema.steps(from: version(of: schema))
        guard !steps.isEmpty else { return }
        for step in steps {
            try executeScript(step)
        }
        try execute(
            "INSERT OR REPLACE INTO postern_schema (component, version) VALUES (?, ?)",
            [.text(schema.component), .integer(Int64(schema.version))])
    }

    private func version(of schema: SQLSchema) throws(SQLError) -> Int64 {
        let rows = try query("SELECT version FROM postern_schema WHERE component = ?", [.text(schema.component)])
        return rows.first?.first?.integerValue ?? 0
    }

    /// Whether there is a table of this name.
    public func hasTable(_ name: String) throws(SQLError) -> Bool {
        try !query("SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = ?", [.text(name)]).isEmpty
    }
}
