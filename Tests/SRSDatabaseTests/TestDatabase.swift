import DatabaseFixture
import SQLStore
import SuiteFixture

/// The engines that SRS keeps originals on.
enum TestEngine: String, CaseIterable, Sendable {
    case sqlite, postgreSQL, mariaDB
}

/// An empty database of one engine.
enum TestDatabase: Sendable {
    case sqlite(TemporaryDirectory)
    case postgreSQL(PostgreSQLServer, name: String)
    case mariaDB(MariaDBServer, name: String)

    init(_ engine: TestEngine) throws {
        switch engine {
        case .sqlite: self = .sqlite(try TemporaryDirectory())
        case .postgreSQL:
            let server = try PostgreSQLServer.shared()
            self = .postgreSQL(server, name: try server.makeDatabase())
        case .mariaDB:
            let server = try MariaDBServer.shared()
            self = .mariaDB(server, name: try server.makeDatabase())
        }
    }

    /// What a service is configured with.
    var engine: StoreConfiguration.Engine {
        switch self {
        case .sqlite(let directory): .sqlite(SQLiteConfiguration(path: directory.path + "/srs.db"))
        case .postgreSQL(let server, let name): .postgreSQL(server.configuration(name))
        case .mariaDB(let server, let name): .mariaDB(server.configuration(name))
        }
    }

    /// Connects as another tool would.
    func connect() throws -> any SQLConnection {
        switch engine {
        case .sqlite(let file): try SQLiteConnection(file)
        case .postgreSQL(let server): try PostgreSQLConnection(server)
        case .mariaDB(let server): try MariaDBConnection(server)
        }
    }

    /// Runs a statement as another tool would.
    @discardableResult
    func sql(_ statement: String, _ values: [SQLValue] = []) throws -> [[SQLValue]] {
        let connection = try connect()
        defer { connection.close() }
        return try connection.query(statement, values)
    }

    /// The number that a statement finds.
    func number(_ statement: String) throws -> Int64? {
        try sql(statement).first?.first?.integerValue
    }

    /// Lets every insertion of an address that holds `poison` fail.
    func refusePoison() throws {
        switch self {
        case .sqlite:
            try sql(
                """
                CREATE TRIGGER poison BEFORE INSERT ON postern_srs_originals WHEN NEW.address LIKE '%poison%'
                BEGIN SELECT RAISE(ABORT, 'poisoned'); END
                """)
        case .postgreSQL:
            try sql("ALTER TABLE postern_srs_originals ADD CONSTRAINT poison CHECK (address NOT LIKE '%poison%')")
        case .mariaDB:
            try sql("ALTER TABLE postern_srs_originals ADD CONSTRAINT poison CHECK (address NOT LIKE '%poison%')")
        }
    }
}
