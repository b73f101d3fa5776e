import DatabaseFixture
import Glibc
import SQLStore
import SuiteFixture
import Synchronization

/// The database under two suites: one file of one host, or one server of two hosts.
struct HistoryStore: Sendable {
    /// The table of counters.
    var counters: String
    /// The column of a key as hexadecimal text.
    var hexadecimalKey: String
    /// The value of a service's key `store`; empty where the second suite uses the state directory of the first.
    private(set) var store = ""
    /// The answer to a query, as text. A file belongs to a service.
    private let answer: @Sendable (_ suite: Suite, _ sql: String, _ service: String) -> [[String]]
    /// Ends a connection of the services while it commits, or otherwise any; returns how many it has ended.
    var disturb: (@Sendable (_ atCommit: Bool) -> Int)?

    static let sqlite = HistoryStore(
        counters: "postern_throttle_tracking", hexadecimalKey: "lower(hex(key))",
        answer: { suite, sql, service in suite.query(service, sql) })

    /// A PostgreSQL server of its own, with the engine's own durability.
    static func postgreSQL() throws -> HistoryStore {
        let server = try PostgreSQLServer(isDurable: true)
        var store = try HistoryStore(server, "postgresql", key: "encode(key, 'hex')")
        let administrator = Administrator(server, user: "postgres")
        store.disturb = { atCommit in
            administrator.run(
                """
                SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'postern'
                    AND state \(atCommit ? "= 'active' AND query = 'COMMIT'" : "<> 'idle'") LIMIT 1
                """
            ).count
        }
        return store
    }

    /// A MariaDB server of its own, with the engine's own durability.
    static func mariaDB() throws -> HistoryStore {
        let server = try MariaDBServer(isDurable: true)
        var store = try HistoryStore(server, "mariadb", key: "lower(hex(\"key\"))")
        let administrator = Administrator(server, user: "root")
        store.disturb = { atCommit in
            let found = administrator.run(
                """
                SELECT id FROM information_schema.processlist WHERE user = 'postern'
                    AND command \(atCommit ? "= 'Query' AND info = 'COMMIT'" : "<> 'Sleep'") LIMIT 1
                """)
            for row in found { _ = administrator.run("KILL HARD CONNECTION \(row[0])") }
            return found.count
        }
        return store
    }

    /// The answer to a query, as text.
    func query(_ suite: Suite, _ sql: String, in service: String = "throttle") -> [[String]] {
        answer(suite, sql, service)
    }

    /// Whether two suites are two hosts, which share the server's database and nothing else.
    var isShared: Bool { !store.isEmpty }

    /// A service's mapping with this store, and `others`, lines of more keys.
    func mapping(_ service: String, others: [String] = []) -> String {
        let keys = others + (store.isEmpty ? [] : ["store: \(store)"])
        return keys.isEmpty ? "" : "\(service):\n" + keys.map { "  \($0)\n" }.joined()
    }

    private init<Server: DatabaseServer>(_ server: Server, _ engine: String, key: String) throws {
        let database = try server.makeDatabase()
        let configuration = server.configuration(database)
        let port = engine == "postgresql" ? ", port: \(configuration.port)" : ""
        counters = "throttle_tracking"
        hexadecimalKey = key
        store = "{ engine: \(engine), host: \(configuration.host)\(port), database: \(database), user: postern }"
        answer = { _, sql, _ in
            do {
                let connection = try server.connect(to: database)
                defer { connection.close() }
                return try connection.query(sql).map { $0.map(\.text) }
            } catch {
                return [["\(error)"]]
            }
        }
    }

    private init(
        counters: String, hexadecimalKey: String,
        answer: @escaping @Sendable (_ suite: Suite, _ sql: String, _ service: String) -> [[String]]
    ) {
        self.counters = counters
        self.hexadecimalKey = hexadecimalKey
        self.answer = answer
    }
}

/// A kept connection of the server's administrator, for statements one after the other.
private final class Administrator: Sendable {
    private let statement: @Sendable (String) -> [[String]]

    init<Server: DatabaseServer>(_ server: Server, user: String) {
        var configuration = server.configuration(user == "root" ? "mysql" : "postgres")
        configuration.user = user
        let way = configuration
        let kept = Mutex<Kept<Server.Connection>>(Kept())
        statement = { sql in
            kept.withLock { kept in
                if kept.connection == nil { kept.connection = try? server.connect(way) }
                guard let rows = try? kept.connection?.query(sql) else {
                    // A connection that is killed cannot be killed again.
                    return []
                }
                return rows.map { $0.map(\.text) }
            }
        }
    }

    func run(_ sql: String) -> [[String]] { statement(sql) }

    private struct Kept<Connection>: @unchecked Sendable {
        var connection: Connection?
    }
}

extension SQLValue {
    /// The value as the shell of a database prints it.
    fileprivate var text: String {
        switch self {
        case .null: ""
        case .integer(let number): "\(number)"
        case .text(let text): text
        case .blob(let bytes): "\(bytes)"
        }
    }
}
