import Configuration
import DatabaseFixture
import SQLStore
import SuiteFixture
import Testing

/// The mapping `store`, read, printed, and used to reach real servers.
@Suite struct StoreConfigurationTests {
    private func read(_ text: String) throws -> StoreConfiguration {
        try ConfigurationDocument(text: "srs: {\(text)}", file: "test.yaml").read { top in
            StoreConfiguration(from: top.mapping("srs"), service: "srs", stateDirectory: "/state")
        }
    }

    @Test func defaults() throws {
        #expect(try read("") == StoreConfiguration(path: "/state/srs.db"))
        #expect(try read("database: /x/y.db") == StoreConfiguration(path: "/x/y.db"))
        #expect(try read("store: {path: /x/y.db}") == StoreConfiguration(path: "/x/y.db"))
        guard case .postgreSQL(let server) = try read("store: {engine: postgresql}").engine else {
            Issue.record("not PostgreSQL")
            return
        }
        #expect(server.host == "/run/postgresql" && server.port == 5432 && server.tls == .off)
        #expect(server.database == "iredapd" && server.user == "iredapd" && server.password == nil)
        #expect(server.applicationName == "postern-srs")
        guard case .mariaDB(let other) = try read("store: {engine: mariadb, host: db.example.com}").engine else {
            Issue.record("not MariaDB")
            return
        }
        #expect(other.port == 3306 && other.tls == .prefer && other.statementTimeout == 2000)
    }

    @Test func printedWithoutThePassword() throws {
        let directory = try TemporaryDirectory()
        let file = try directory.write("hunter2\n", to: "password", mode: 0o600)
        let store = try read("store: {engine: mariadb, host: db.example.com, password-file: \(file), tls: verify}")
        let printed = store.normalised().yaml()
        #expect(printed.contains("password-file: ") && printed.contains(file))
        #expect(!printed.contains("hunter2") && !"\(store)".contains("hunter2"))
        let indented = printed.split(separator: "\n").map { "    \($0)\n" }.joined()
        let again = try ConfigurationDocument(text: "srs:\n  store:\n\(indented)", file: "again.yaml").read { top in
            StoreConfiguration(from: top.mapping("srs"), service: "srs", stateDirectory: "/state")
        }
        #expect(again == store)
    }

    private static let tables = [
        SQLTable(
            "things", postgreSQL: "CREATE TABLE things (n BIGINT)", mariaDB: "CREATE TABLE things (n BIGINT)")
    ]

    /// What the file says is enough to reach the server, over TCP with a password and over the Unix socket without.
    private func reach<Server: DatabaseServer>(_ server: Server, _ engine: String, socket: String) throws {
        let directory = try TemporaryDirectory()
        let file = try directory.write("\(Server.password)\n", to: "password", mode: 0o600)
        let database = try server.makeDatabase()
        let port = server.configurationOverTCP(database).port
        let overTCP = "host: 127.0.0.1, port: \(port), password-file: \(file), tls: require"
        for way in [overTCP, socket] {
            let store = try read("store: {engine: \(engine), database: \(database), user: postern, \(way)}")
            let connection = try store.connect(schema: SQLSchema(component: "x", steps: []), tables: Self.tables)
            #expect(try connection.execute("INSERT INTO things VALUES (?)", [.integer(1)]) == 1)
            connection.close()
        }
    }

    @Test func reachesPostgreSQL() throws {
        let server = try PostgreSQLServer.shared()
        try reach(server, "postgresql", socket: "host: \(server.directory.path), port: \(server.port)")
    }

    @Test func reachesMariaDB() throws {
        let server = try MariaDBServer.shared()
        try reach(server, "mariadb", socket: "host: \(server.directory.path)/my.sock")
    }
}
