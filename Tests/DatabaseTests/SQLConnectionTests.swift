import DatabaseFixture
import SQLStore
import Testing

/// What every engine does alike.
enum EngineTests<Server: DatabaseServer> {
    static func connection() throws -> Server.Connection {
        let server = try Server.shared()
        return try server.connect(to: server.makeDatabase())
    }

    static func kinds() throws {
        let connection = try connection()
        let bytes = connection.dialect == .postgreSQL ? "BYTEA" : "VARBINARY(400)"
        try connection.executeScript("CREATE TABLE t (n BIGINT, a VARCHAR(400), b \(bytes), s SMALLINT)")
        let rows: [[SQLValue]] = [
            [.integer(.max), .text("ü' \\ \" ? $1"), .blob([0, 255, 92, 39]), .integer(1)],
            [.integer(.min), .text(""), .blob([]), .integer(-1)],
            [.null, .null, .null, .null],
            [.integer(0), .text(String(repeating: "x", count: 399)), .blob(Array(repeating: 7, count: 399)), .null],
        ]
        #expect(try connection.execute("INSERT INTO t VALUES (?, ?, ?, ?)", rows: rows) == 4)
        for row in rows {
            #expect(try connection.execute("INSERT INTO t VALUES (?, ?, ?, ?)", row) == 1)
        }
        let found = try connection.query("SELECT n, a, b, s FROM t")
        #expect(found == rows + rows)
        #expect(try connection.execute("UPDATE t SET s = 5 WHERE n = ?", [.integer(0)]) == 2)
        #expect(
            try connection.query("SELECT sum(s) FROM t WHERE n = ?2 AND a = ?1 OR n = ?2", [.text("x"), .integer(0)])
                == [[.integer(10)]])
    }

    static func lists() throws {
        let connection = try connection()
        let bytes = connection.dialect == .postgreSQL ? "BYTEA" : "VARBINARY(16)"
        try connection.executeScript("CREATE TABLE t (n BIGINT, a VARCHAR(255), k \(bytes), PRIMARY KEY (n, a))")
        let rows = (0..<1300).map { [SQLValue.integer(Int64($0)), .text("a\($0 % 3)"), .blob([UInt8($0 & 255)])] }
        #expect(try connection.execute("INSERT INTO t VALUES (?, ?, ?)", rows: rows) == 1300)
        for count in [0, 1, 2, 3, 5, 511, 512, 513, 1300] {
            let found = try connection.query(
                "SELECT n, a, k FROM t WHERE n >= ? AND (n, a) IN (??) AND n < ? ORDER BY n",
                rows:
                    rows.prefix(count).map { Array($0.prefix(2)) }, [.integer(0), .integer(100_000)])
            #expect(found == Array(rows.prefix(count)))
        }
        #expect(
            try connection.query(
                "SELECT count(*) FROM t WHERE k IN (??)", rows: [[.blob([1])], [.blob([2])], [.blob([3])]])
                == [[.integer(18)]])
    }

    static func failures() throws {
        let connection = try connection()
        try connection.executeScript("CREATE TABLE t (n BIGINT PRIMARY KEY, a VARCHAR(5))")
        try connection.begin()
        #expect(throws: SQLError.self) {
            try connection.execute(
                "INSERT INTO t VALUES (?, ?)", rows: [[.integer(1), .text("a")], [.integer(1), .text("secret")]])
        }
        connection.rollback()
        #expect(!connection.isInTransaction)
        #expect(try connection.query("SELECT count(*) FROM t") == [[.integer(0)]])
        for (sql, code) in [
            ("INSERT INTO t VALUES (1, 'secret-value')", SQLError.Code.constraint), ("SELECT * FROM missing", .schema),
            ("SELECT nothing FROM t", .schema),
        ] {
            do {
                try connection.execute(sql)
                Issue.record("no error: \(sql)")
            } catch {
                #expect(error.code == code)
                #expect(!error.message.contains("secret"))
            }
        }
        #expect(throws: SQLError.self) { try connection.query("SELECT ?", []) }
        #expect(try connection.query("SELECT 1") == [[.integer(1)]])
    }
}

@Suite struct PostgreSQLConnectionTests {
    @Test func valuesOfEachKind() throws { try EngineTests<PostgreSQLServer>.kinds() }
    @Test func listsOfRows() throws { try EngineTests<PostgreSQLServer>.lists() }
    @Test func failuresAreToldApart() throws { try EngineTests<PostgreSQLServer>.failures() }
}

@Suite struct MariaDBConnectionTests {
    @Test func valuesOfEachKind() throws { try EngineTests<MariaDBServer>.kinds() }
    @Test func listsOfRows() throws { try EngineTests<MariaDBServer>.lists() }
    @Test func failuresAreToldApart() throws { try EngineTests<MariaDBServer>.failures() }
}
