public import SQLStore

extension MigrationPlan {
    /// Compares the tables of a PostgreSQL or MariaDB database with those that Postern makes. Changes nothing.
    public init(for connection: some SQLConnection) throws(SQLError) {
        for wanted in WantedTable.all {
            guard let found = try TableDescription(of: wanted.name, in: connection) else { continue }
            tables.append(wanted.name)
            addColumns(wanted, found, connection.dialect)
            try addUniqueKey(wanted, found, connection)
            try addCascade(wanted, found, connection)
            try addIndex(wanted, connection)
        }
    }

    private mutating func add(_ table: String, _ reason: String, _ statement: String, mergesRows: Bool = false) {
        steps.append(Step(table: table, reason: reason, statement: statement, mergesRows: mergesRows))
    }

    // MARK: - Columns

    private mutating func addColumns(_ wanted: WantedTable, _ found: TableDescription, _ dialect: SQLDialect) {
        var changes: [String] = []
        var words: [String] = []
        for column in wanted.columns {
            let type = dialect == .postgreSQL ? column.type : column.mariaDBType
            guard let existing = found.column(column.name) else {
                changes.append("ADD COLUMN \(column.name) \(type) DEFAULT \(column.default)")
                words.append("\(column.name) is missing")
                continue
            }
            guard let largest = existing.largestInteger, largest < column.atLeast else { continue }
            words.append("\(column.name) (\(existing.type)) holds only \(largest)")
            changes.append(
                dialect == .postgreSQL
                    ? "ALTER COLUMN \(column.name) TYPE BIGINT"
                    : "MODIFY COLUMN \(column.name) \(type) DEFAULT \(column.default)")
        }
        guard !changes.isEmpty else { return }
        add(
            wanted.name, "Columns become as large as they need to be: \(words.joined(separator: "; ")).",
            "ALTER TABLE \(wanted.name) \(changes.joined(separator: ", "))")
    }

    // MARK: - Unique keys

    private mutating func addUniqueKey(
        _ wanted: WantedTable, _ found: TableDescription, _ connection: some SQLConnection
    ) throws(SQLError) {
        let key = wanted.key
        guard !found.hasUniqueKey(on: key.columns) else { return }
        let list = key.columns.joined(separator: ", ")
        guard try noteDisagreement(wanted, found, list, connection) else { return }
        let twice = try connection.query("SELECT count(*) FROM \(wanted.name) d WHERE EXISTS (\(wanted.better))")
        let count = twice.first?[0].integerValue ?? 0
        // What is done to another table may make more, and nobody knows how many before it is done.
        let other = steps.first { $0.table == wanted.cascade?.table && $0.mergesRows }?.table
        if count > 0 || other != nil {
            for step in key.before { add(wanted.name, step.reason, step.statement) }
            let further = other.map { " now, and more may be when the rows of \($0) are merged" } ?? ""
            add(
                wanted.name,
                "\(count) rows are there twice by (\(list))\(further): \(key.staysInWords), the others go.",
                wanted.merging(connection.dialect), mergesRows: true)
        }
        add(
            wanted.name, "No two rows may have the same (\(list)).",
            "CREATE UNIQUE INDEX \(key.name) ON \(wanted.name) (\(list))")
        for old in found.keys where old.columns == key.columns && connection.dialect == .postgreSQL {
            add(wanted.name, "The unique index does what this one did.", "DROP INDEX \(quoted(old.name))")
        }
    }

    /// Rows that say different things are for an administrator.
    /// - Returns: Whether there are none.
    private mutating func noteDisagreement(
        _ wanted: WantedTable, _ found: TableDescription, _ list: String, _ connection: some SQLConnection
    ) throws(SQLError) -> Bool {
        let columns = wanted.key.mustAgree.filter { found.column($0) != nil }
        guard !columns.isEmpty else { return true }
        let rows = try connection.query(wanted.disagreements(in: columns))
        guard !rows.isEmpty else { return true }
        let ids = rows.prefix(5).map { "\($0[0].integerValue ?? 0) and \($0[1].integerValue ?? 0)" }
        obstacles.append(
            Obstacle(
                table: wanted.name,
                text: """
                    \(rows.count == Self.shownPairs ? "at least " : "")\(rows.count) pairs of rows have the same \
                    (\(list)) and differ otherwise, ids \(ids.joined(separator: ", ")): keep one of each (DELETE FROM \
                    \(wanted.name) WHERE id = ...), then run this again; until then there is no unique key
                    """))
        return false
    }

    /// So many pairs are looked for at most.
    static let shownPairs = 100

    // MARK: - Foreign keys

    private mutating func addCascade(
        _ wanted: WantedTable, _ found: TableDescription, _ connection: some SQLConnection
    ) throws(SQLError) {
        guard let cascade = wanted.cascade, try TableDescription(of: cascade.table, in: connection) != nil else {
            return
        }
        let existing = found.foreignKeys.filter { $0.column == cascade.column && $0.table == cascade.table }
        guard !existing.contains(where: \.cascades) else { return }
        if existing.isEmpty {
            let orphans = "\(cascade.column) IS NOT NULL AND \(cascade.column) NOT IN (SELECT id FROM \(cascade.table))"
            let count = try connection.query("SELECT count(*) FROM \(wanted.name) WHERE \(orphans)").first?[0]
            if let count = count?.integerValue, count > 0 {
                add(
                    wanted.name, "\(count) rows belong to nothing in \(cascade.table), so nothing uses them: they go.",
                    "DELETE FROM \(wanted.name) WHERE \(orphans)")
            }
        }
        let drop = connection.dialect == .postgreSQL ? "DROP CONSTRAINT" : "DROP FOREIGN KEY"
        let changes =
            existing.map { "\(drop) \(quoted($0.name))" } + [
                "ADD CONSTRAINT \(cascade.name) FOREIGN KEY (\(cascade.column)) REFERENCES \(cascade.table) (id) "
                    + "ON DELETE CASCADE"
            ]
        add(
            wanted.name, "Rows go with the row in \(cascade.table) that they belong to, instead of keeping it.",
            "ALTER TABLE \(wanted.name) \(changes.joined(separator: ", "))")
    }

    // MARK: - Indexes

    private mutating func addIndex(_ wanted: WantedTable, _ connection: some SQLConnection) throws(SQLError) {
        guard let index = wanted.index, connection.dialect == .postgreSQL else { return }
        let found = try connection.query("SELECT to_regclass(?) IS NOT NULL", [.text(index.name)])
        guard found.first?[0] != .integer(1) else { return }
        add(wanted.name, index.reason, "CREATE INDEX \(index.name) ON \(wanted.name) (\(index.expression))")
    }

    private func quoted(_ name: String) -> String {
        "\"" + name.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"") + "\""
    }
}

extension WantedTable {
    private var sameValues: String {
        key.columns.map { "k.\($0) = d.\($0)" }.joined(separator: " AND ")
    }

    /// A row `k` that stays instead of `d`.
    var better: String {
        "SELECT 1 FROM \(name) k WHERE \(sameValues) AND k.id <> d.id AND (\(key.stays))"
    }

    /// Pairs of ids of rows that differ where they must not.
    func disagreements(in columns: [String]) -> String {
        let differ = columns.map { "k.\($0) <> d.\($0)" }.joined(separator: " OR ")
        return """
            SELECT k.id, d.id FROM \(name) k JOIN \(name) d ON \(sameValues) AND k.id < d.id WHERE \(differ)
            ORDER BY k.id, d.id LIMIT \(MigrationPlan.shownPairs)
            """
    }

    func merging(_ dialect: SQLDialect) -> String {
        dialect == .postgreSQL
            ? "DELETE FROM \(name) d USING \(name) k WHERE \(sameValues) AND k.id <> d.id AND (\(key.stays))"
            : "DELETE d FROM \(name) d JOIN \(name) k ON \(sameValues) AND k.id <> d.id AND (\(key.stays))"
    }
}
