internal import Configuration
internal import Glibc
public import SQLStore
public import SuiteFixture
internal import Synchronization

/// A MariaDB server in a temporary directory: on a Unix socket and, with TLS, on the loopback address.
public final class MariaDBServer: DatabaseServer {
    private static let one = Mutex<MariaDBServer?>(nil)

    /// The directory of the data, the socket and the certificates.
    public let directory: TemporaryDirectory
    /// The TCP port.
    public let port: Int
    /// Its process.
    public let process: ServerProcess
    private let databases = Atomic<Int>(0)

    /// The server of this test process.
    public static func shared() throws -> MariaDBServer {
        try one.withLock { server in
            if let server { return server }
            let started = try MariaDBServer(isDurable: false)
            server = started
            return started
        }
    }

    /// A server of its own.
    public init(isDurable: Bool = false) throws {
        directory = try TemporaryDirectory()
        port = Socket.freePort()
        let path = directory.path
        try makeCertificates(in: path)
        let user = getuid() == 0 ? ["--user=mysql"] : []
        if getuid() == 0 { try run("/bin/chown", ["-R", "mysql", path]) }
        try run(
            "/usr/bin/mariadb-install-db",
            ["--no-defaults"] + user + [
                "--datadir=\(path)/data", "--auth-root-authentication-method=normal", "--skip-test-db",
                "--skip-name-resolve", "--innodb-log-file-size=8M", "--tmpdir=\(path)",
            ])
        process = ServerProcess(
            command: ["/usr/sbin/mariadbd", "--no-defaults"] + user + Self.settings(path, port, isDurable),
            log: "\(path)/log", pidFile: "\(path)/pid")
        try start()
        try administer(
            """
            CREATE USER 'postern'@'localhost' IDENTIFIED BY '';
            CREATE USER 'postern'@'127.0.0.1' IDENTIFIED BY '\(Self.password)';
            """, database: nil)
    }

    private static func settings(_ path: String, _ port: Int, _ isDurable: Bool) -> [String] {
        [
            "--datadir=\(path)/data", "--socket=\(path)/my.sock", "--pid-file=\(path)/pid", "--bind-address=127.0.0.1",
            "--port=\(port)", "--skip-name-resolve", "--innodb-flush-log-at-trx-commit=\(isDurable ? 1 : 0)",
            "--innodb-buffer-pool-size=32M", "--innodb-log-file-size=8M", "--character-set-server=utf8mb4",
            "--ssl-cert=\(path)/server.crt", "--ssl-key=\(path)/server.key", "--ssl-ca=\(path)/ca.crt",
            "--max-connections=40", "--tmpdir=\(path)",
        ]
    }

    // MARK: - Reaching it

    /// Over the Unix socket.
    public func configuration(_ database: String) -> ServerConfiguration {
        ServerConfiguration(host: "\(directory.path)/my.sock", port: port, database: database, user: "postern")
    }

    /// Over TCP.
    public func configurationOverTCP(_ database: String) -> ServerConfiguration {
        ServerConfiguration(
            host: "127.0.0.1", port: port, database: database, user: "postern", password: Secret(Self.password))
    }

    /// Opens a connection.
    public func connect(_ configuration: ServerConfiguration) throws(SQLError) -> MariaDBConnection {
        try MariaDBConnection(configuration)
    }

    // MARK: - Administration

    /// Runs statements as `root`; each ends with a semicolon at the end of a line.
    public func administer(_ script: String, database: String?) throws {
        var configuration = configuration(database ?? "mysql")
        configuration.user = "root"
        configuration.statementTimeout = 60_000
        let connection = try MariaDBConnection(configuration)
        defer { connection.close() }
        try connection.executeScript(script)
    }

    /// Makes an empty database.
    public func makeDatabase() throws -> String {
        let name = "test\(databases.add(1, ordering: .relaxed).newValue)"
        try administer(
            """
            CREATE DATABASE \(name) CHARACTER SET utf8mb4;
            GRANT ALL ON \(name).* TO 'postern'@'localhost';
            GRANT ALL ON \(name).* TO 'postern'@'127.0.0.1';
            """, database: nil)
        return name
    }

    /// Revokes CREATE.
    public func withoutCreation(in database: String) throws {
        try administer("REVOKE CREATE ON \(database).* FROM 'postern'@'localhost'", database: nil)
    }

    /// Ends the connections.
    public func terminateConnections() throws {
        try administer("KILL HARD CONNECTION USER 'postern'@'localhost'", database: nil)
        try administer("KILL HARD CONNECTION USER 'postern'@'127.0.0.1'", database: nil)
    }

    // MARK: - Its life

    /// What it is called.
    public static let title = "MariaDB"

    /// Asks it something.
    public func tryIt() throws {
        try administer("SET @answers = 1", database: nil)
    }
}
