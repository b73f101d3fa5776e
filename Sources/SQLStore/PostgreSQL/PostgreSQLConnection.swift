internal import CPostgreSQL
internal import Glibc

/// A connection to a PostgreSQL database, used on one thread only.
///
/// libpq works without blocking here and each wait has an end, so neither a frozen server nor a cut network can hold the
/// thread. Transactions are READ COMMITTED.
public final class PostgreSQLConnection {
    /// How the connection was opened.
    public let configuration: ServerConfiguration

    private var session: OpaquePointer?
    private var statements: [StatementKey: String] = [:]
    private var preparedCount = 0
    /// What was made of each statement before.
    let translations: PostgreSQLTranslations
    /// When the server was last told to plan anew; CLOCK_MONOTONIC in milliseconds.
    private var planned = StoreClock.system.monotonicMilliseconds()
    /// The tables of seen keys, once they have been prepared.
    var seen: SeenTables?
    /// What the server said when the open transaction began.
    var beginning: SharedMoment?

    private struct StatementKey: Hashable {
        var text: String
        var types: [UInt32]
    }

    /// Opens a connection.
    /// - Throws: `.unavailable` when there is none to be had within the time for it, whatever the reason; the message is
    ///   the server's or libpq's. `.readOnly` when the server allows no writing and the configuration asks for it.
    public init(_ configuration: ServerConfiguration) throws(SQLError) {
        self.configuration = configuration
        translations = PostgreSQLTranslations(capacity: configuration.statementCache)
        try connect()
        do {
            try executeScript(Self.settings(configuration))
            try executeScript(Self.planning)
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
        // What is not answered any more must not be waited for.
        if PQstatus(session) != CONNECTION_OK || PQtransactionStatus(session) == PQTRANS_ACTIVE {
            shutdown(PQsocket(session), Int32(SHUT_RDWR))
        }
        PQfinish(session)
        self.session = nil
        statements = [:]
    }

    /// libpq's connection.
    var handle: OpaquePointer {
        get throws(SQLError) {
            guard let session else { throw SQLError(.unavailable, "the connection is closed") }
            return session
        }
    }

    /// Ends a connection that has stopped answering, and the error that says so.
    func lost(_ reason: String, statement: String = "") -> SQLError {
        close()
        return SQLError(.unavailable, reason, statement: statement)
    }

    // MARK: - Opening

    /// A statement that waits for a lock gives up before the server cancels it, so that its batch can look at the
    /// deadlines. A transaction that its owner has left alone must not keep others waiting.
    private static func settings(_ configuration: ServerConfiguration) -> String {
        """
        SET statement_timeout = \(configuration.statementTimeout); SET lock_timeout = \(configuration.lockTimeout);
        SET idle_in_transaction_session_timeout = 30000; SET default_transaction_isolation = 'read committed';
        SET standard_conforming_strings = on; SET bytea_output = 'hex'; SET DateStyle = 'ISO';
        """
    }

    /// Statements are planned once in a while, in a nested loop over what they are given and by index: what is right for a
    /// large table and does no harm in a small one. Left to itself the server plans by the size of the table at that
    /// moment, keeps a plan from when it was empty, and then reads the whole of it for each request. A server too old for
    /// one of the settings does without it.
    private static let planning = """
        SELECT set_config(name, value, false) FROM pg_settings JOIN (VALUES ('plan_cache_mode', 'force_generic_plan'),
            ('enable_seqscan', 'off'), ('enable_hashjoin', 'off'), ('enable_mergejoin', 'off'), ('random_page_cost', '1'),
            ('jit', 'off')) AS wanted (name, value) USING (name)
        """

    private func connect() throws(SQLError) {
        let parameters = PostgreSQLParameters(configuration)
        let opened = parameters.withPointers { PQconnectStartParams($0, $1, 0) }
        session = opened
        guard let opened else { throw SQLError(.unavailable, "no memory for a connection") }
        cpostgresql_silence(opened)
        let deadline = StoreDeadline(milliseconds: configuration.connectTimeout)
        var state = PGRES_POLLING_WRITING
        while state != PGRES_POLLING_OK {
            guard PQstatus(opened) != CONNECTION_BAD, state != PGRES_POLLING_FAILED else {
                throw lost(Self.message(of: opened))
            }
            let events = state == PGRES_POLLING_READING ? POLLIN : POLLOUT
            guard deadline.wait(for: events, on: PQsocket(opened)) != nil else {
                throw lost("no connection to \(configuration.host) within \(configuration.connectTimeout) ms")
            }
            state = PQconnectPoll(opened)
        }
        guard PQsetnonblocking(opened, 1) == 0 else { throw lost("the connection cannot work without blocking") }
    }

    /// libpq's words about the connection, in one line.
    static func message(of session: OpaquePointer) -> String {
        let words = PQerrorMessage(session).map { String(cString: $0) } ?? ""
        return words.split(whereSeparator: \.isNewline).joined(separator: "; ")
    }

    // MARK: - Statements

    /// How long a plan is kept, in milliseconds. Which index is best is seen only when the table has some rows.
    private static let planLifetime = 2_000

    /// The name under which the server keeps the statement, prepared now if it was not.
    func prepared(_ text: StatementText, types: [UInt32], for sql: String) throws(SQLError) -> String {
        try planAnew()
        let key = StatementKey(text: text.text, types: types)
        if let name = statements[key] { return name }
        preparedCount += 1
        let name = "s\(preparedCount)"
        try perform(sql) { PQsendPrepare($0, name, text.text, Int32(types.count), types) }
        statements[key] = name
        return name
    }

    private func planAnew() throws(SQLError) {
        let now = StoreClock.system.monotonicMilliseconds()
        guard now - planned >= Self.planLifetime else { return }
        planned = now
        try perform("DISCARD PLANS") { PQsendQueryParams($0, "DISCARD PLANS", 0, nil, nil, nil, nil, 0) }
    }

    /// Called before statements are prepared that run together, not between them: the first ones would be gone. A program
    /// has a fixed set of statements; only one that builds them at run time gets here.
    func makeRoom() throws(SQLError) {
        guard statements.count >= configuration.statementCache else { return }
        statements = [:]
        try perform("DEALLOCATE ALL") { PQsendQueryParams($0, "DEALLOCATE ALL", 0, nil, nil, nil, nil, 0) }
    }
}
