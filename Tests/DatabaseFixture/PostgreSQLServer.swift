internal import Configuration
internal import Glibc
public import SQLStore
public import SuiteFixture
internal import Synchronization

/// A PostgreSQL server in a temporary directory: on a Unix socket and, with TLS, on the loopback address.
public final class PostgreSQLServer: DatabaseServer {
    private static let one = Mutex<PostgreSQLServer?>(nil)

    /// The directory of the data, the socket and the certificates.
    public let directory: TemporaryDirectory
    /// The port, which is part of the socket's name.
    public let port: Int
    /// Its process.
    public let process: ServerProcess
    private let databases = Atomic<Int>(0)

    /// The server of this test process.
    public static func shared() throws -> PostgreSQLServer {
        try one.withLock { server in
            if let server { return server }
            let started = try PostgreSQLServer(isDurable: false)
            server = started
            return started
        }
    }

    /// A server of its own.
    public init(isDurable: Bool = false) throws {
        directory = try TemporaryDirectory()
        port = Socket.freePort()
        let path = directory.path
        let binaries = try Self.binaries()
        try makeCertificates(in: path)
        try Self.makeCluster(path, binaries)
        let fast = isDurable ? [] : ["fsync=off", "full_page_writes=off", "synchronous_commit=off"]
        let settings =
            [
                "unix_socket_directories=\(path)", "listen_addresses=127.0.0.1", "port=\(port)", "shared_buffers=32MB",
                "ssl=on", "ssl_cert_file=\(path)/server.crt", "ssl_key_file=\(path)/server.key", "max_connections=40",
            ] + fast
        process = ServerProcess(
            command: Self.asUser + ["\(binaries)/postgres", "-D", "\(path)/data"] + settings.flatMap { ["-c", $0] },
            log: "\(path)/log", pidFile: "\(path)/data/postmaster.pid")
        try start()
        try administer("CREATE ROLE postern LOGIN PASSWORD '\(Self.password)'", database: nil)
    }

    private static func binaries() throws -> String {
        let found = Command.run("/bin/sh", ["-c", "ls -d /usr/lib/postgresql/*/bin | sort -V | tail -n 1"])
        let path = found.output.split(separator: "\n").first.map(String.init) ?? ""
        guard path.hasPrefix("/") else { throw FixtureError("PostgreSQL is not installed: \(found.output)") }
        return path
    }

    /// PostgreSQL does not run as root.
    private static var asUser: [String] {
        getuid() == 0
            ? ["/usr/bin/setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups"] : ["/usr/bin/env"]
    }

    private static func makeCluster(_ path: String, _ binaries: String) throws {
        if getuid() == 0 { try run("/bin/chown", ["-R", "postgres", path]) }
        let command =
            asUser + [
                "\(binaries)/initdb", "-D", "\(path)/data", "-A", "trust", "-U", "postgres", "-N", "-E", "UTF8",
                "--locale=C.UTF-8", "--no-instructions",
            ]
        try run(command[0], Array(command.dropFirst()))
        let rules = "local all all trust\nhost all all 127.0.0.1/32 scram-sha-256\n"
        try run("/bin/sh", ["-c", "printf '%s' \"$1\" >\"$2\"", "sh", rules, "\(path)/data/pg_hba.conf"])
    }

    // MARK: - Reaching it

    /// Over the Unix socket.
    public func configuration(_ database: String) -> ServerConfiguration {
        ServerConfiguration(host: directory.path, port: port, database: database, user: "postern")
    }

    /// Over TCP.
    public func configurationOverTCP(_ database: String) -> ServerConfiguration {
        ServerConfiguration(
            host: "127.0.0.1", port: port, database: database, user: "postern", password: Secret(Self.password))
    }

    /// Opens a connection.
    public func connect(_ configuration: ServerConfiguration) throws(SQLError) -> PostgreSQLConnection {
        try PostgreSQLConnection(configuration)
    }

    // MARK: - Administration

    /// Runs statements as `postgres`.
    public func administer(_ script: String, database: String?) throws {
        var configuration = configuration(database ?? "postgres")
        configuration.user = "postgres"
        configuration.statementTimeout = 60_000
        let connection = try PostgreSQLConnection(configuration)
        defer { connection.close() }
        try connection.executeScript(script)
    }

    /// Makes an empty database.
    public func makeDatabase() throws -> String {
        let name = "test\(databases.add(1, ordering: .relaxed).newValue)"
        try administer("CREATE DATABASE \(name) OWNER postern", database: nil)
        return name
    }

    /// The database gets another owner; since PostgreSQL 15 only that one may create in `public`.
    public func withoutCreation(in database: String) throws {
        try administer("ALTER DATABASE \(database) OWNER TO postgres", database: nil)
    }

    /// Terminates the backends.
    public func terminateConnections() throws {
        try administer(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'postern'", database: nil)
    }

    // MARK: - Its life

    /// What it is called.
    public static let title = "PostgreSQL"

    /// "Fast": connections are ended.
    public var stopSignal: Int32 { SIGINT }

    /// Asks it something.
    public func tryIt() throws {
        try administer("SELECT 1", database: nil)
    }
}
