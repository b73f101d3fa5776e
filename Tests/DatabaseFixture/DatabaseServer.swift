public import SQLStore
public import SuiteFixture

/// A throwaway database server of a test. In its directory `ca.crt` has signed its certificate, `other-ca.crt` has not.
public protocol DatabaseServer: FixtureServer {
    /// The engine's connection.
    associatedtype Connection: SQLConnection

    /// The server of this test process, started when it is asked for first. Not for tests that stop or freeze it.
    static func shared() throws -> Self
    /// A server of its own. `isDurable` keeps the engine's default durability, for tests of speed and of kills.
    init(isDurable: Bool) throws

    /// The user `postern`'s way over the Unix socket to a database.
    func configuration(_ database: String) -> ServerConfiguration
    /// The same over TCP, with the password.
    func configurationOverTCP(_ database: String) -> ServerConfiguration
    /// Makes an empty database that belongs to the user `postern`.
    /// - Returns: Its name.
    func makeDatabase() throws -> String
    /// Takes the right to create tables in a database away from the user `postern`.
    func withoutCreation(in database: String) throws
    /// Runs statements as the administrator.
    func administer(_ script: String, database: String?) throws
    /// Opens a connection.
    func connect(_ configuration: ServerConfiguration) throws(SQLError) -> Connection
    /// Ends all connections of the user `postern`, as an administrator can.
    func terminateConnections() throws
}

extension DatabaseServer {
    /// The password of the user `postern`.
    public static var password: String { "correct horse battery" }

    /// Opens a connection over the Unix socket.
    public func connect(to database: String) throws(SQLError) -> Connection {
        // A connection that a busy machine loses does not come back when the test's clock stands still.
        var configuration = configuration(database)
        configuration.statementTimeout = 20_000
        return try connect(configuration)
    }
}
