import CSQLite
import Glibc

/// A connection to an SQLite database, used on one thread only.
///
/// It works in WAL mode with synchronous NORMAL: a commit survives the death of the process, but the last ones may be
/// lost with the machine. SQLite's own checkpoints, which would make an unlucky commit wait, are off; see
/// ``WALCheckpointer``.
public final class SQLiteConnection {
    /// How the connection was opened.
    public let configuration: SQLiteConfiguration

    let gauge = WALGauge()
    /// The length of the log when the writer last tried to let it start anew.
    var pagesAtRelief = 0
    private var database: OpaquePointer?
    private var statements: [String: SQLiteStatement] = [:]
    private var checkpointer: WALCheckpointer?

    /// Opens the database.
    /// - Throws: `.unavailable` when the file cannot be opened, `.corrupt`, `.readOnly` when it must be written and
    ///   cannot, `.busy` when it is locked.
    public init(_ configuration: SQLiteConfiguration) throws(SQLError) {
        self.configuration = configuration
        if configuration.access == .readWriteCreate {
            try Self.createFile(configuration.path)
        }
        var opened: OpaquePointer?
        let result = sqlite3_open_v2(configuration.path, &opened, Self.flags(configuration.access), nil)
        database = opened
        guard result == SQLITE_OK else { throw SQLError(sqlite: result, opened) }
        try configure()
    }

    deinit {
        close()
    }

    /// Ends the connection; an open transaction is rolled back. Calls afterwards throw `.unavailable`.
    public func close() {
        checkpointer?.stop()
        checkpointer = nil
        statements = [:]
        sqlite3_close_v2(database)
        database = nil
    }

    /// The database's handle.
    var handle: OpaquePointer {
        get throws(SQLError) {
            guard let database else { throw SQLError(.unavailable, "the connection is closed") }
            return database
        }
    }

    // MARK: - Opening

    /// Creates the file so that only its owner can read it; SQLite gives the same mode to the files beside it. A file
    /// that exists is not touched: closing it would drop the locks that this process holds on it (POSIX).
    private static func createFile(_ path: String) throws(SQLError) {
        let descriptor = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        if descriptor >= 0 {
            Glibc.close(descriptor)
        } else if errno != EEXIST {
            throw SQLError(.unavailable, "cannot create the database file, error \(errno)")
        }
    }

    private static func flags(_ access: SQLiteConfiguration.Access) -> Int32 {
        let common = SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE
        return common | (access == .readOnly ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE)
    }

    private func configure() throws(SQLError) {
        sqlite3_busy_timeout(database, Int32(clamping: configuration.busyTimeout))
        sqlite3_wal_autocheckpoint(database, 0)
        try setPragmas()
        guard configuration.access != .readOnly else { return }
        guard sqlite3_db_readonly(database, "main") == 0 else {
            throw SQLError(.readOnly, "the database file cannot be written")
        }
        let mode = try turnOnLog()
        guard mode == .text("wal") else { throw SQLError(.other, "the database cannot use a write-ahead log") }
        try probe()
        gauge.attach(to: database)
        if configuration.checkpointsInBackground {
            checkpointer = try WALCheckpointer(configuration, gauge: gauge)
        }
    }

    /// When several processes open a new database at once, SQLite tells all but one of them that it is locked, without
    /// waiting as it does elsewhere.
    private func turnOnLog() throws(SQLError) -> SQLValue? {
        let pause = 2
        for _ in 0..<max(1, configuration.busyTimeout / pause) {
            do {
                return try query("PRAGMA journal_mode=WAL").first?.first
            } catch  where error.code == .busy {
                usleep(UInt32(pause) * 1000)
            }
        }
        return try query("PRAGMA journal_mode=WAL").first?.first
    }

    /// secure_delete is on in some distributions; it would write zeros over each page of a table that is emptied.
    private func setPragmas() throws(SQLError) {
        try executeScript(
            """
            PRAGMA synchronous=NORMAL; PRAGMA foreign_keys=ON; PRAGMA secure_delete=OFF; PRAGMA temp_store=MEMORY;
            PRAGMA trusted_schema=OFF; PRAGMA cache_size=-\(max(64, configuration.cacheKiB));
            """)
    }

    // MARK: - Statements

    /// Hands the prepared statement to `body`, to bind, step and read it. Prepared statements are kept; it is reset
    /// afterwards. The same text may be used again inside `body`.
    public func withStatement<Value>(_ sql: String, _ body: (SQLiteStatement) throws -> Value) throws -> Value {
        let statement = try take(sql)
        defer { giveBack(statement) }
        return try body(statement)
    }

    func take(_ sql: String) throws(SQLError) -> SQLiteStatement {
        let database = try handle
        if let kept = statements[sql], !kept.isInUse {
            kept.isInUse = true
            return kept
        }
        let statement = try SQLiteStatement(sql, in: database)
        if statements[sql] == nil {
            makeRoom()
            statements[sql] = statement
        }
        statement.isInUse = true
        return statement
    }

    func giveBack(_ statement: SQLiteStatement) {
        statement.reset()
        sqlite3_clear_bindings(statement.handle)
        statement.isInUse = false
    }

    /// A program has a fixed set of statements; only one that builds them at run time gets here.
    private func makeRoom() {
        guard statements.count >= configuration.statementCache else { return }
        statements = statements.filter { $0.value.isInUse }
    }
}
