import DatabaseFixture
import SQLStore
import SuiteFixture

@testable import Greylist

/// The engines that greylisting runs on.
enum TestEngine: String, CaseIterable, Sendable {
    case sqlite, postgreSQL, mariaDB

    static let servers: [TestEngine] = [.postgreSQL, .mariaDB]
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

    /// The file of an SQLite database.
    var file: String {
        guard case .sqlite(let directory) = self else { return "/nonexistent/file" }
        return directory.path + "/greylist.db"
    }

    var isServer: Bool {
        if case .sqlite = self { false } else { true }
    }

    /// Connects as another tool would.
    func connect() throws -> any SQLConnection {
        switch self {
        case .sqlite: try SQLiteConnection(SQLiteConfiguration(path: file))
        case .postgreSQL(let server, let name): try server.connect(to: name)
        case .mariaDB(let server, let name): try server.connect(to: name)
        }
    }

    /// Runs a statement as another tool would.
    @discardableResult
    func sql(_ statement: String, _ values: [SQLValue] = []) throws -> [[SQLValue]] {
        let connection = try connect()
        defer { connection.close() }
        return try connection.query(statement, values)
    }

    /// Runs a statement for each row, as another tool would.
    func sql(_ statement: String, rows: [[SQLValue]]) throws {
        let connection = try connect()
        defer { connection.close() }
        try connection.transaction { _ = try connection.execute(statement, rows: rows) }
    }

    func count(_ table: String) throws -> Int64 {
        try sql("SELECT count(*) FROM \(table)").first?.first?.integerValue ?? -1
    }

    /// What waits, as a table to select from.
    var waiting: String {
        isServer ? "(SELECT * FROM greylisting_tracking WHERE passed = 0) AS waiting" : "postern_greylist_waiting"
    }

    /// Who has passed, as a table to select from.
    var passed: String {
        isServer ? "(SELECT * FROM greylisting_tracking WHERE passed = 1) AS passed" : "postern_greylist_clients"
    }

    /// Deletes all who have passed.
    func forgetPassed() throws {
        try sql(isServer ? "DELETE FROM greylisting_tracking WHERE passed = 1" : "DELETE FROM postern_greylist_clients")
    }
}
