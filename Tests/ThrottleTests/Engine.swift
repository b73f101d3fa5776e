import DatabaseFixture
import SQLStore
import ServiceProtocol
import SuiteFixture
import Testing

@testable import Throttle

/// The engines that a test's body runs on.
enum Engine: String, CaseIterable, CustomTestStringConvertible {
    case sqlite, postgreSQL, mariaDB

    static let servers = [Engine.postgreSQL, .mariaDB]

    var testDescription: String { rawValue }
}

/// A database of one test's own.
final class Place: Sendable {
    let engine: Engine
    let directory: TemporaryDirectory
    private let server: ServerConfiguration?

    /// An empty database of the test process's server, or a file.
    init(_ engine: Engine, directory: TemporaryDirectory? = nil) throws {
        self.engine = engine
        self.directory = try directory ?? TemporaryDirectory()
        server =
            switch engine {
            case .sqlite: nil
            case .postgreSQL: try PostgreSQLServer.shared().configuration(PostgreSQLServer.shared().makeDatabase())
            case .mariaDB: try MariaDBServer.shared().configuration(MariaDBServer.shared().makeDatabase())
            }
    }

    /// A database of a server that the test may stop.
    init(_ engine: Engine, _ configuration: ServerConfiguration) throws {
        self.engine = engine
        directory = try TemporaryDirectory()
        server = configuration
    }

    /// The beginning of the service's mapping.
    var yaml: String {
        guard let server else { return "" }
        let port = engine == .postgreSQL ? "port: \(server.port), " : ""
        return "store: {engine: \(engine.rawValue.lowercased()), host: \(server.host), \(port)"
            + "database: \(server.database), user: \(server.user), statement-timeout: 1s}, "
    }

    /// The table of counters.
    var counters: String { engine == .sqlite ? "postern_throttle_tracking" : "throttle_tracking" }

    /// A connection beside the service's.
    func connect() throws -> any ThrottleConnection {
        switch (engine, server) {
        case (.postgreSQL, let server?): try PostgreSQLConnection(server)
        case (.mariaDB, let server?): try MariaDBConnection(server)
        default: try directory.connect()
        }
    }

    /// One with all tables.
    func prepared() throws -> any ThrottleConnection {
        let connection = try connect()
        try connection.prepareRecording(trace: false)
        _ = try connection.prepareThrottle()
        return connection
    }

    func query(_ sql: String) throws -> [[SQLValue]] {
        let connection = try connect()
        defer { connection.close() }
        return try connection.query(sql)
    }

    @discardableResult
    func execute(_ sql: String) throws -> Int {
        let connection = try connect()
        defer { connection.close() }
        return try connection.execute(sql)
    }

    func script(_ sql: String) throws {
        let connection = try connect()
        defer { connection.close() }
        try connection.executeScript(sql)
    }

    /// How many keys are kept.
    func seenKeys() throws -> Int64 {
        try ["postern_seen_0", "postern_seen_1"].reduce(0) { sum, table in
            sum + (try query("SELECT count(*) FROM \(table)").first?[0].number ?? 0)
        }
    }

    /// Lets the database refuse the rows of counters that are new.
    func refuseNewCounters() throws {
        switch engine {
        case .sqlite:
            try execute(
                "CREATE TRIGGER stop BEFORE INSERT ON \(counters) BEGIN SELECT RAISE(ABORT, 'no'); END")
        case .postgreSQL, .mariaDB:
            try execute("ALTER TABLE \(counters) ADD CONSTRAINT stop CHECK (cur_msgs < 0)\(notYetValid)")
        }
    }

    /// Lets the database refuse an account's row.
    func refuseAccount(_ account: String) throws {
        switch engine {
        case .sqlite:
            try execute(
                """
                CREATE TRIGGER poison BEFORE INSERT ON \(counters) WHEN NEW.account = '\(account)'
                BEGIN SELECT RAISE(ABORT, 'no'); END
                """)
        case .postgreSQL, .mariaDB:
            try execute("ALTER TABLE \(counters) ADD CONSTRAINT poison CHECK (account <> '\(account)')")
        }
    }

    private var notYetValid: String { engine == .postgreSQL ? " NOT VALID" : "" }

    func allowNewCounters() throws {
        try execute(engine == .sqlite ? "DROP TRIGGER stop" : "ALTER TABLE \(counters) DROP CONSTRAINT stop")
    }
}
