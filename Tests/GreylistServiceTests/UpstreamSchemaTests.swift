import DatabaseFixture
import SQLStore
import ServiceProtocol
import Testing

@testable import Greylist

/// On the tables that iRedAPD has made, with what it leaves in them, and with what it must find in them.
@Suite struct UpstreamSchemaTests {
    private static let start = FakeClock.start

    /// A database with iRedAPD's tables and what `prepare` puts into it, and a service on it.
    private static func bench(_ engine: TestEngine, _ prepare: (TestDatabase) throws -> Void = { _ in }) throws -> Bench
    {
        let database = try TestDatabase(engine)
        let connection = try database.connect()
        defer { connection.close() }
        try connection.executeScript(UpstreamSchema.script(engine))
        try prepare(database)
        return try Bench(database)
    }

    @Test(arguments: TestEngine.servers)
    func nothingOfItIsChanged(_ engine: TestEngine) async throws {
        var shape: [[SQLValue]] = []
        let bench = try Self.bench(engine) { shape = try UpstreamSchema.shape($0) }
        #expect(await bench.outcome() == "451 new triplet, 900 s")
        bench.clock.advance(900)
        #expect(await bench.outcome() == "none triplet passed")
        #expect(await bench.administer("set", ["what": "setting", "from": "10.0.0.0/8", "active": "0"]) == .done)
        #expect(await bench.administer("set", ["what": "whitelist", "from": "@a.example"]) == .done)
        #expect(shape.count > 40)
        #expect(try UpstreamSchema.shape(bench.database) == shape)
        #expect(try bench.database.count("greylisting") == 2)
    }

    /// What Postern makes where nothing is works with the same rows.
    @Test(arguments: TestEngine.servers)
    func ownTablesHaveItsColumns(_ engine: TestEngine) async throws {
        let upstream = try Self.bench(engine)
        let own = try Bench(engine)
        _ = await own.outcome()
        let columns = """
            SELECT table_name, column_name FROM information_schema.columns
            WHERE table_name LIKE 'greylisting%' AND table_schema IN (\
            \(engine == .postgreSQL ? "'public'" : "database()")) ORDER BY table_name, ordinal_position
            """
        #expect(try own.database.sql(columns) == upstream.database.sql(columns))
        #expect(
            try own.database.sql("SELECT account, sender, active FROM greylisting")
                == [[.text("@."), .text("@."), .integer(1)]])
    }

    // MARK: - Rows of iRedAPD

    @Test(arguments: TestEngine.servers)
    func whatHasPassedThereIsKnownHere(_ engine: TestEngine) async throws {
        let bench = try Self.bench(engine) { database in
            try UpstreamSchema.track(
                database, "192.0.2.1", from: "x@other.example", first: Self.start - 900_000,
                retry: Self.start - 899_100,
                expires: Self.start + 2_591_000, count: 3, passed: true)
        }
        let before = try bench.database.sql("SELECT * FROM greylisting_tracking")
        #expect(await bench.outcome() == "none known client")
        #expect(try bench.database.sql("SELECT * FROM greylisting_tracking") == before)
    }

    @Test(arguments: TestEngine.servers)
    func whatHasPassedThereAndExpiredIsNot(_ engine: TestEngine) async throws {
        let bench = try Self.bench(engine) { database in
            try UpstreamSchema.track(
                database, "192.0.2.1", first: Self.start - 900_000, retry: Self.start - 899_100,
                expires: Self.start - 1,
                count: 3, passed: true)
        }
        #expect(await bench.outcome() == "451 new triplet, 900 s")
        let rows = try bench.database.sql(
            "SELECT id, init_time, block_expired, blocked_count, passed FROM greylisting_tracking")
        let start = Int64(Self.start)
        #expect(
            rows.map { Array($0.dropFirst()) } == [[.integer(start), .integer(start + 900), .integer(1), .integer(0)]])
        bench.clock.advance(900)
        #expect(await bench.outcome() == "none triplet passed")
    }

    @Test(arguments: TestEngine.servers)
    func whatWaitsTherePassesHere(_ engine: TestEngine) async throws {
        let bench = try Self.bench(engine) { database in
            for sender in ["a@sender.example", "other@sender.example"] {
                try UpstreamSchema.track(
                    database, "192.0.2.1", from: sender, first: Self.start - 1000, retry: Self.start - 100,
                    expires: Self.start + 171_800, count: 2, passed: false)
            }
            try UpstreamSchema.track(
                database, "192.0.2.2", first: Self.start - 10, retry: Self.start + 890, expires: Self.start + 171_800,
                count: 5, passed: false)
        }
        #expect(await bench.outcome("192.0.2.2") == "451 retry too soon, 890 s left")
        #expect(await bench.outcome("192.0.2.1") == "none triplet passed")
        let rows = try bench.database.sql(
            "SELECT client_address, sender, record_expired, blocked_count, passed FROM greylisting_tracking ORDER BY id"
        )
        #expect(
            rows == [
                [
                    .text("192.0.2.1"), .text("a@sender.example"), .integer(Int64(Self.start + 2_592_000)), .integer(2),
                    .integer(1),
                ],
                [
                    .text("192.0.2.2"), .text("a@sender.example"), .integer(Int64(Self.start + 171_800)), .integer(6),
                    .integer(0),
                ],
            ])
    }

    /// Of several rows by which a client is known only the one that lasts longest is renewed.
    @Test(arguments: TestEngine.servers)
    func oneRowIsRenewed(_ engine: TestEngine) async throws {
        let bench = try Self.bench(engine) { database in
            for (sender, expires) in [
                ("x@s.example", 1_000_000), ("y@s.example", 2_000_000), ("z@s.example", 1_500_000),
            ] {
                try UpstreamSchema.track(
                    database, "192.0.2.1", from: sender, first: Self.start - 900_000, retry: Self.start - 899_100,
                    expires: Self.start + expires, passed: true)
            }
        }
        #expect(await bench.outcome() == "none known client")
        let rows = try bench.database.sql("SELECT sender, record_expired FROM greylisting_tracking ORDER BY sender")
        let expected = [("x", 1_000_000), ("y", 2_592_000), ("z", 1_500_000)].map { name, expires in
            [SQLValue.text("\(name)@s.example"), .integer(Int64(Self.start + expires))]
        }
        #expect(rows == expected)
    }

    /// Its tool stores networks with priority 0, and what was typed in capitals.
    @Test(arguments: TestEngine.servers)
    func settingsAsItsToolsLeaveThem(_ engine: TestEngine) async throws {
        let bench = try Self.bench(engine) { database in
            try database.sql(
                """
                INSERT INTO greylisting (account, priority, sender, sender_priority, active)
                VALUES ('@.', 0, '192.0.2.0/28', 0, 0), ('B@Rcpt.Example', 100, 'A@Sender.Example', 100, 0)
                """)
        }
        #expect(await bench.outcome("192.0.2.1", from: "other@sender.example") == "none off by 192.0.2.0/28 -> @.")
        #expect(await bench.outcome("203.0.113.1") == "none off by a@sender.example -> b@rcpt.example")
        #expect(await bench.outcome("203.0.113.1", from: "other@sender.example") == "451 new triplet, 900 s")
        // The verb finds the row in capitals, and makes no second one beside it.
        let arguments = ["what": "setting", "from": "a@sender.example", "to": "b@rcpt.example", "active": "1"]
        #expect(await bench.administer("set", arguments) == .done)
        #expect(try bench.database.count("greylisting") == 3)
        #expect(await bench.outcome("203.0.113.1") == "451 new triplet, 900 s")
        let deletion = arguments.filter { $0.key != "active" }
        #expect(await bench.administer("delete", deletion) == .done)
        #expect(try bench.database.count("greylisting") == 2)
    }

    // MARK: - Rows for iRedAPD

    @Test(arguments: TestEngine.servers)
    func whatIsWrittenForIt(_ engine: TestEngine) async throws {
        let bench = try Self.bench(engine)
        _ = await bench.outcome("2001:DB8::1", from: "User+Tag@Sender.EXAMPLE", to: "B@Rcpt.Example")
        _ = await bench.outcome("192.0.2.9", from: "", to: "b@rcpt.example")
        let rows = try bench.database.sql(
            """
            SELECT sender, recipient, client_address, sender_domain, rcpt_domain, init_time, block_expired,
                record_expired, blocked_count, passed FROM greylisting_tracking ORDER BY sender
            """)
        let times = [0, 900, 172_800].map { SQLValue.integer(Int64(Self.start + $0)) } + [.integer(1), .integer(0)]
        let bounce = ["", "b@rcpt.example", "192.0.2.9", "", "rcpt.example"].map { SQLValue.text($0) }
        let mail = ["user@sender.example", "b@rcpt.example", "2001:db8::1", "sender.example", "rcpt.example"]
            .map { SQLValue.text($0) }
        #expect(rows == [bounce + times, mail + times])
    }

    /// What MariaDB's collation takes for the same are still two triplets; an over-long address fits its column.
    @Test(arguments: TestEngine.servers)
    func differentTripletsStayTwo(_ engine: TestEngine) async throws {
        let bench = try Self.bench(engine)
        let long = String(repeating: "x", count: 300)
        let senders = ["e@s.example", "é@s.example", "name", "name ", "name  ", "\(long)1", "\(long)2"]
        let service = bench.service
        let tally = Tally()
        await withTaskGroup(of: Void.self) { group in
            for sender in senders {
                group.addTask { tally.add(await service.ask(from: sender)) }
            }
        }
        #expect(tally.all == ["451 new triplet, 900 s": senders.count])
        for sender in senders {
            #expect(await bench.outcome(from: sender) == "451 retry too soon, 900 s left")
        }
        #expect(try bench.database.count("greylisting_tracking") == Int64(senders.count))
    }
}
