import Glibc
import SuiteFixture
import Testing

@testable import SQLStore

@Suite struct SQLiteConnectionTests {
    private let directory: TemporaryDirectory

    init() throws { directory = try TemporaryDirectory() }

    private func connect() throws -> SQLiteConnection {
        let connection = try SQLiteConnection(directory.configuration(busyTimeout: 1))
        try connection.executeScript("CREATE TABLE IF NOT EXISTS t (a, b UNIQUE)")
        return connection
    }

    private func code(_ body: () throws -> Void) -> SQLError.Code? {
        do {
            try body()
            return nil
        } catch {
            return (error as? SQLError)?.code
        }
    }

    @Test func aNewFileIsPrivateAndUsesALog() throws {
        let previous = umask(0)
        defer { umask(previous) }
        let connection = try connect()
        for suffix in ["", "-wal", "-shm"] {
            var status = stat()
            #expect(stat(directory.database + suffix, &status) == 0)
            #expect(status.st_mode & 0o777 == 0o600)
        }
        let pragmas: [(String, SQLValue)] = [
            ("journal_mode", .text("wal")), ("synchronous", .integer(1)), ("foreign_keys", .integer(1)),
            ("wal_autocheckpoint", .integer(0)), ("secure_delete", .integer(0)), ("busy_timeout", .integer(1)),
        ]
        for (name, value) in pragmas {
            #expect(try connection.query("PRAGMA \(name)") == [[value]], "\(name)")
        }
    }

    @Test(arguments: [
        SQLValue.null, .integer(.min), .integer(0), .text(""), .text("ü\u{0}x"), .blob([]), .blob([0, 255, 16]),
    ])
    func valuesComeBack(_ value: SQLValue) throws {
        let connection = try connect()
        try connection.execute("INSERT INTO t (a) VALUES (?)", [value])
        #expect(try connection.query("SELECT a FROM t") == [[value]])
        #expect(connection.changes == 1)
        #expect(connection.lastInsertID == 1)
    }

    /// Instances that are started together find no database.
    @Test func severalMayMakeTheSameDatabase() async throws {
        let schema = SQLSchema(component: "test", steps: ["CREATE TABLE t (a)"])
        for number in 0..<50 {
            var configuration = directory.configuration(busyTimeout: 5_000)
            configuration.path += "-\(number)"
            let settings = configuration
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<8 {
                    group.addTask { try SQLiteConnection(settings, schema: schema).close() }
                }
                try await group.waitForAll()
            }
        }
    }

    @Test func keysAreSixteenBytes() throws {
        let connection = try connect()
        let value = Bytes16(high: 0x0102_0304_0506_0708, low: 0xf0f1_f2f3_f4f5_f6f7)
        try connection.withStatement("INSERT INTO t (a) VALUES (?)") { statement in
            try statement.bind(value, at: 1)
            try statement.run()
        }
        #expect(try connection.query("SELECT a FROM t") == [[.blob(value.bytes)]])
        var read: Bytes16?
        try connection.forEachRow("SELECT a FROM t") { read = $0.key(0) }
        #expect(read == value)
        try connection.forEachRow("SELECT x'01'") { #expect($0.key(0) == nil) }
    }

    @Test func aStatementCanBeUsedInsideItself() throws {
        let connection = try connect()
        for number in 1...3 {
            try connection.execute("INSERT INTO t (a) VALUES (?)", [.integer(Int64(number))])
        }
        var pairs = 0
        try connection.forEachRow("SELECT a FROM t") { _ in
            try connection.forEachRow("SELECT a FROM t") { _ in pairs += 1 }
        }
        #expect(pairs == 9)
    }

    @Test func oldParametersAreForgotten() throws {
        let connection = try connect()
        let sql = "INSERT INTO t (a, b) VALUES (?, ?)"
        try connection.execute(sql, [.integer(1), .integer(2)])
        try connection.execute(sql, [.integer(3)])
        #expect(try connection.query("SELECT b FROM t WHERE a = 3") == [[.null]])
    }

    @Test func manyStatementsAreNotKept() throws {
        let connection = try connect()
        for number in 0..<1000 {
            #expect(try connection.query("SELECT \(number)") == [[.integer(Int64(number))]])
        }
    }

    @Test(arguments: ["SELECT 1; SELECT 2", "", "SELEC 1"])
    func whatIsNotOneStatementFails(_ sql: String) throws {
        let connection = try connect()
        #expect(code { try connection.execute(sql) } == .other)
    }

    @Test func errorsHaveACodeAndNoValues() throws {
        let connection = try connect()
        try connection.execute("INSERT INTO t (b) VALUES (?)", [.text("secret")])
        do {
            try connection.execute("INSERT INTO t (b) VALUES (?)", [.text("secret")])
            Issue.record("no error")
        } catch {
            #expect(error.code == .constraint)
            #expect(error.statement == "INSERT INTO t (b) VALUES (?)")
            #expect(!error.description.contains("secret"))
        }
    }

    @Test func aTransactionThatThrowsLeavesNothing() throws {
        let connection = try connect()
        #expect(
            code {
                try connection.transaction {
                    try connection.execute("INSERT INTO t (a) VALUES (1)")
                    throw SQLError(.constraint, "")
                }
            } == .constraint)
        #expect(!connection.isInTransaction)
        #expect(try connection.rows("t") == 0)
        try connection.transaction { try connection.execute("INSERT INTO t (a) VALUES (1)") }
        #expect(try connection.rows("t") == 1)
    }

    @Test func aSecondWriterIsBusy() throws {
        let first = try connect()
        let second = try connect()
        try first.begin()
        #expect(code { try second.begin() } == .busy)
        try second.probe()
        first.rollback()
        try second.begin()
    }

    @Test func aClosedConnectionIsUnavailable() throws {
        let connection = try connect()
        connection.close()
        connection.close()
        connection.rollback()
        #expect(code { try connection.execute("SELECT 1") } == .unavailable)
        #expect(code { try connection.checkpoint(.passive) } == .unavailable)
    }

    // MARK: - Files that cannot be used

    @Test func aMissingDirectoryIsUnavailable() {
        #expect(code { _ = try SQLiteConnection(SQLiteConfiguration(path: "/nonexistent/x.db")) } == .unavailable)
    }

    @Test func aMissingFileIsUnavailableUnlessCreated() {
        for access in [SQLiteConfiguration.Access.readOnly, .readWrite] {
            var configuration = directory.configuration()
            configuration.access = access
            #expect(code { _ = try SQLiteConnection(configuration) } == .unavailable)
        }
        #expect(directory.size(of: "") == 0)
    }

    @Test func aFileThatIsNoDatabaseIsCorrupt() throws {
        try directory.write(String(repeating: "this is no database. ", count: 300), to: "test.db")
        #expect(code { _ = try SQLiteConnection(directory.configuration()) } == .corrupt)
    }

    @Test func aReadOnlyConnectionReads() throws {
        let writer = try connect()
        try writer.execute("INSERT INTO t (a) VALUES (1)")
        var configuration = directory.configuration()
        configuration.access = .readOnly
        let reader = try SQLiteConnection(configuration)
        #expect(try reader.rows("t") == 1)
        #expect(code { try reader.execute("INSERT INTO t (a) VALUES (2)") } == .readOnly)
    }
}
