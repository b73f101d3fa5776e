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

    /// Several statements at once: with lists longer than a portion, empty, and none at all.
    static func manyQueries() throws {
        let connection = try connection()
        try connection.executeScript("CREATE TABLE t (n INTEGER PRIMARY KEY)")
        let rows = (0..<1300).map { [SQLValue.integer(Int64($0))] }
        _ = try connection.execute("INSERT INTO t VALUES (?)", rows: rows)
        #expect(
            try connection.answers(to: [
                SQLQuery("SELECT n FROM t WHERE n IN (??) ORDER BY n", rows: rows),
                SQLQuery("SELECT n FROM t WHERE n IN (??)", rows: []), SQLQuery("SELECT count(*) FROM t"),
                SQLQuery("SELECT n FROM t WHERE n IN (??)", rows: [rows[7]]),
            ]) == [rows, [], [[.integer(1300)]], [rows[7]]])
        #expect(try connection.answers(to: []).isEmpty)
        let failure = #expect(throws: SQLError.self) {
            try connection.answers(to: [SQLQuery("SELECT 1"), SQLQuery("SELECT n FROM nowhere"), SQLQuery("SELECT 2")])
        }
        #expect(failure?.code == .schema)
        #expect(try connection.query("SELECT 3") == [[.integer(3)]])
    }

    /// One statement for all rows, or one execution for each: the table is the same.
    static func changes() throws {
        let connection = try connection()
        try connection.executeScript("CREATE TABLE t (n INTEGER PRIMARY KEY, a VARCHAR(20), s SMALLINT)")
        let rows = (1...1200).map { [SQLValue.integer(Int64($0)), .text("a\($0)"), $0 % 3 == 0 ? .null : .integer(1)] }
        #expect(try connection.execute("INSERT INTO t (n, a, s) VALUES (?, ?, ?)", rows: rows) == 1200)
        let updated = try connection.execute(
            "UPDATE t SET a = ?, s = ? WHERE n = ? AND s IS NULL",
            rows: (1...6).map { [.text("b'?"), .integer(2), .integer($0)] })
        #expect(updated == 2)
        // A column of NULLs only, and one of different kinds.
        #expect(
            try connection.execute("UPDATE t SET s = ? WHERE n = ?", rows: (1...2).map { [.null, .integer($0)] }) == 2)
        #expect(
            try connection.execute(
                "UPDATE t SET a = ? WHERE n = ?", rows: [[.null, .integer(1)], [.text("?"), .integer(2)]])
                == 2)
        #expect(
            try connection.query("SELECT n, a, s FROM t WHERE n <= 6 ORDER BY n") == [
                [.integer(1), .null, .null], [.integer(2), .text("?"), .null],
                [.integer(3), .text("b'?"), .integer(2)],
                [.integer(4), .text("a4"), .integer(1)], [.integer(5), .text("a5"), .integer(1)],
                [.integer(6), .text("b'?"), .integer(2)],
            ])
        #expect(
            try connection.execute(
                "DELETE FROM t WHERE n = ? AND a <> ?", rows: (3...1300).map { [.integer($0), .text("a5")] })
                == 1197)
        #expect(try connection.query("SELECT sum(n) FROM t") == [[.integer(8)]])
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
    @Test func manyQueriesAtOnce() throws { try EngineTests<PostgreSQLServer>.manyQueries() }
    @Test func changesOfManyRows() throws { try EngineTests<PostgreSQLServer>.changes() }
    @Test func failuresAreToldApart() throws { try EngineTests<PostgreSQLServer>.failures() }
}

extension PostgreSQLConnectionTests {
    /// What is sent before a synchronisation is one transaction of the server: so they went in one round trip.
    @Test func manyQueriesAreOneRoundTrip() throws {
        let server = try PostgreSQLServer.shared()
        let connection = try server.connect(to: server.makeDatabase())
        let query = SQLQuery("SELECT txid_current()")
        let answers = try connection.answers(to: [query, query, query])
        #expect(Set(answers.map { $0.first?.first }).count == 1)
        #expect(try answers.first != connection.answers(to: [query]).first)
    }

    /// A list that stands twice is sent once; what cannot be sent is an error that says so.
    @Test func aListThatStandsTwice() throws {
        let server = try PostgreSQLServer.shared()
        let connection = try server.connect(server.configuration(server.makeDatabase()))
        let sql = "SELECT 1 WHERE 'a' IN (??) UNION ALL SELECT 2 WHERE 'b' IN (??) ORDER BY 1"
        #expect(try connection.query(sql, rows: [[.text("a")], [.text("b")]], []) == [[.integer(1)], [.integer(2)]])
        #expect(try connection.query(sql, rows: [[.text("b")], [.null]], []) == [[.integer(2)]])
        let tooMany = #expect(throws: SQLError.self) {
            try connection.query(sql, rows: [[.text("a")]], [.integer(1)])
        }
        #expect(tooMany?.code == .other)
        let nul = #expect(throws: SQLError.self) { try connection.query(sql, rows: [[.text("a\0")]], []) }
        #expect(nul?.code == .constraint)
        let mixed = #expect(throws: SQLError.self) {
            try connection.query(sql, rows: [[.text("a")], [.integer(1)]], [])
        }
        #expect(mixed?.code == .other)
    }

    /// To make room for a statement all are given up, but none of those that run together.
    @Test func manyQueriesWithRoomForTwo() throws {
        let server = try PostgreSQLServer.shared()
        var configuration = try server.configuration(server.makeDatabase())
        configuration.statementCache = 2
        let connection = try server.connect(configuration)
        for _ in 0..<3 {
            let answers = try connection.answers(to: (1...5).map { SQLQuery("SELECT \($0)") })
            #expect(answers == (1...5).map { [[.integer($0)]] })
            #expect(try connection.query("SELECT 6") == [[.integer(6)]])
        }
    }

    /// Statements that were planned while the table was empty find their rows by index when it is large, soon after.
    @Test func aPlanIsGoodForALargeTable() async throws {
        let server = try PostgreSQLServer.shared()
        let connection = try server.connect(to: server.makeDatabase())
        try connection.executeScript(
            "CREATE TABLE t (id SERIAL PRIMARY KEY, a VARCHAR(255), b VARCHAR(255), n BIGINT, UNIQUE (a, b))")
        for size in [0, 50_000] {
            try connection.execute(
                "INSERT INTO t (a, b, n) SELECT 'a' || i, 'b', i FROM generate_series(1, ?) AS i",
                [.integer(Int64(size))])
            if size > 0 { try await Task.sleep(for: .milliseconds(2_100)) }
            try connection.begin()
            let before = try Self.reads(connection)
            let keys = (1...20).map { [SQLValue.text("a\($0)"), .text("b")] }
            let found = try connection.query(
                "SELECT id FROM t WHERE (a, b) IN (??) AND n > ? ORDER BY id FOR UPDATE", rows: keys, [.integer(0)])
            #expect(found.count == min(size, 20))
            let changes = (1...20).map { [SQLValue.integer(-1), .integer($0)] }
            #expect(try connection.execute("UPDATE t SET n = ? WHERE id = ?", rows: changes) == min(size, 20))
            #expect(try connection.execute("DELETE FROM t WHERE a = ? AND b = ?", rows: keys) == min(size, 20))
            let reads = try Self.reads(connection)
            #expect(reads.whole == before.whole)
            #expect(reads.rows - before.rows < 200)
            try connection.commit()
        }
    }

    /// How often the table was read as a whole, and how many rows were read by index, as far as this session has not
    /// reported it yet.
    private static func reads(_ connection: PostgreSQLConnection) throws -> (whole: Int64, rows: Int64) {
        let row = try connection.query(
            "SELECT coalesce(sum(seq_scan), 0)::bigint, coalesce(sum(idx_tup_fetch), 0)::bigint"
                + " FROM pg_stat_xact_user_tables WHERE relname = 't'"
        ).first
        return (try #require(row?.first?.integerValue), try #require(row?.last?.integerValue))
    }
}

@Suite struct MariaDBConnectionTests {
    @Test func valuesOfEachKind() throws { try EngineTests<MariaDBServer>.kinds() }
    @Test func listsOfRows() throws { try EngineTests<MariaDBServer>.lists() }
    @Test func manyQueriesAtOnce() throws { try EngineTests<MariaDBServer>.manyQueries() }
    @Test func changesOfManyRows() throws { try EngineTests<MariaDBServer>.changes() }
    @Test func failuresAreToldApart() throws { try EngineTests<MariaDBServer>.failures() }

    /// The loser of a deadlock hears of it in the place of a row. Its library then takes the rest of the rows to be on
    /// their way, and would wait for them when the statement runs again.
    @Test func theLoserOfADeadlockCanRepeatItsStatement() async throws {
        let server = try MariaDBServer.shared()
        let database = try server.makeDatabase()
        let loser = try server.connect(to: database)
        try loser.executeScript("CREATE TABLE t (n INTEGER PRIMARY KEY, s SMALLINT)")
        try loser.execute("INSERT INTO t VALUES (?, 0)", rows: (1...200).map { [.integer($0)] })
        let selection = "SELECT n FROM t WHERE n IN (??) ORDER BY s FOR UPDATE"
        let rows: [[SQLValue]] = [[.integer(1)], [.integer(2)]]
        for _ in 0..<3 {
            try loser.begin()
            try #expect(loser.query("SELECT n FROM t WHERE n = 1 FOR UPDATE", []).count == 1)
            let (counts, counted) = AsyncStream<Int>.makeStream()
            let winner = Task {
                defer { counted.finish() }
                let winner = try server.connect(to: database)
                try winner.begin()
                // The transaction that has changed less is the one that ends.
                counted.yield(try winner.execute("UPDATE t SET s = s + 1 WHERE n > 1", []))
                counted.finish()
                try winner.execute("UPDATE t SET s = s + 1 WHERE n = 1", [])
                try winner.commit()
            }
            for await count in counts { #expect(count == 199) }
            try await Task.sleep(for: .milliseconds(100))
            let error = #expect(throws: SQLError.self) { try loser.query(selection, rows: rows, []) }
            #expect(error?.code == .busy, "\(String(describing: error))")
            loser.rollback()
            try await winner.value
            let started = ContinuousClock.now
            #expect(try loser.query(selection, rows: rows, []).count == 2)
            #expect(ContinuousClock.now - started < .seconds(5))
        }
    }
}
