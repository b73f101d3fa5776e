internal import CMariaDB
internal import Glibc

/// A connection to a MariaDB or MySQL database, used on one thread only.
///
/// The library's own limits end each wait for the server. Transactions are READ COMMITTED. Text is utf8mb4; a
/// comparison with a column follows the column's collation, one between values alone tells cases and accents apart.
public final class MariaDBConnection {
    /// How the connection was opened.
    public let configuration: ServerConfiguration

    private var session: UnsafeMutablePointer<MYSQL>?
    private var statements: [String: MariaDBStatement] = [:]
    /// The tables of seen keys, once they have been prepared.
    var seen: SeenTables?
    /// What the server said when the open transaction began.
    var beginning: SharedMoment?
    /// Whether the server runs a statement for many rows at once.
    private(set) var hasBulk = false

    /// Opens a connection.
    /// - Throws: `.unavailable` when there is none to be had within the time for it, whatever the reason; the message is
    ///   the server's or the library's. `.readOnly` when the server allows no writing and the configuration asks for it.
    public init(_ configuration: ServerConfiguration) throws(SQLError) {
        self.configuration = configuration
        session = try MariaDBOpening(configuration).connect()
        do {
            hasBulk = cmariadb_has_bulk(try handle) != 0
            try configure()
            if !configuration.isReadOnly { try probe() }
        } catch {
            close()
            throw error
        }
    }

    deinit {
        close()
    }

    /// Ends the connection; an open transaction is rolled back by the server. Calls afterwards throw `.unavailable`.
    public func close() {
        guard let session else { return }
        statements = [:]
        mysql_close(session)
        self.session = nil
    }

    /// The library's connection.
    var handle: UnsafeMutablePointer<MYSQL> {
        get throws(SQLError) {
            guard let session else { throw SQLError(.unavailable, "the connection is closed") }
            return session
        }
    }

    /// Ends a connection that the library has lost, so that nobody waits for it again.
    func note(_ error: SQLError) -> SQLError {
        guard error.code == .unavailable, let session else { return error }
        // A server that does not answer must not be told goodbye.
        shutdown(cmariadb_descriptor(session), Int32(SHUT_RDWR))
        close()
        return error
    }

    // MARK: - Opening

    /// A statement that waits for a lock gives up before the server cancels it, so that its batch can look at the
    /// deadlines; the engine counts that wait in whole seconds.
    private func configure() throws(SQLError) {
        let seconds = Double(configuration.statementTimeout) / 1000
        let isMariaDB = mysql_get_server_info(try handle).map { String(cString: $0).contains("MariaDB") } ?? false
        let limit =
            isMariaDB ? "max_statement_time = \(seconds)" : "max_execution_time = \(configuration.statementTimeout)"
        let locks = max(1, configuration.lockTimeout / 1000)
        let settings = [
            "SET SESSION sql_mode = 'STRICT_TRANS_TABLES,ANSI_QUOTES,PIPES_AS_CONCAT,NO_ENGINE_SUBSTITUTION'",
            "SET SESSION innodb_lock_wait_timeout = \(locks), lock_wait_timeout = \(locks), \(limit)",
            "SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED", "SET NAMES utf8mb4 COLLATE utf8mb4_bin",
        ]
        for setting in settings { try send(setting) }
    }

    /// Sends a statement without values and without rows as text.
    func send(_ sql: String) throws(SQLError) {
        let session = try handle
        guard mysql_real_query(session, sql, UInt(sql.utf8.count)) == 0 else {
            throw note(SQLError(mariaDB: session, statement: sql))
        }
    }

    // MARK: - Statements

    /// Prepares the statement anew when it is needed again.
    func forget(_ sql: String) {
        statements[sql] = nil
    }

    /// The statement, prepared now if it was not.
    func prepared(_ sql: String) throws(SQLError) -> MariaDBStatement {
        if let kept = statements[sql] { return kept }
        // A program has a fixed set of statements; only one that builds them at run time gets here.
        if statements.count >= configuration.statementCache { statements = [:] }
        let session = try handle
        do {
            let statement = try MariaDBStatement(sql, on: session)
            statements[sql] = statement
            return statement
        } catch {
            throw note(error)
        }
    }
}
