/// A table of a shared database, as it is created when it is missing.
public struct SQLTable: Hashable, Sendable {
    /// The table's name.
    public var name: String
    private var scripts: [SQLDialect: String]

    /// Makes the description.
    /// - Parameters:
    ///   - postgreSQL: The statements that create it on PostgreSQL.
    ///   - mariaDB: The same for MariaDB, each ended by a semicolon at the end of a line.
    public init(_ name: String, postgreSQL: String, mariaDB: String) {
        self.name = name
        scripts = [.postgreSQL: postgreSQL, .mariaDB: mariaDB]
    }

    func script(_ dialect: SQLDialect) -> String {
        scripts[dialect] ?? ""
    }
}

extension SQLConnection {
    /// Creates those of the tables that are missing. Tables that are there are left as they are. For PostgreSQL and
    /// MariaDB; SQLite's tables are made by an ``SQLSchema``.
    /// - Throws: `.denied`, with the privilege that is missing.
    public func createMissing(_ tables: [SQLTable]) throws(SQLError) {
        for table in tables where try !hasTable(table.name) {
            do {
                try executeScript(table.script(dialect))
            } catch {
                // Somebody else may have been quicker.
                if try hasTable(table.name) { continue }
                throw explained(error, creating: table.name)
            }
        }
    }

    private func explained(_ error: SQLError, creating name: String) -> SQLError {
        guard error.code == .denied else { return error }
        let place = dialect == .postgreSQL ? "the schema" : "the database"
        return SQLError(
            .denied,
            """
            the table \(name) is missing and may not be created: \(error.message); grant CREATE on \(place) to the user, \
            or create the table for it
            """)
    }
}
