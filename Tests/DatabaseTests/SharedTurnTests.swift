import DatabaseFixture
import Testing

@testable import SQLStore

/// The two tables of seen keys on a database that hosts share.
enum SharedTurn<Server: DatabaseServer> {
    typealias Bench = BatchBench<Server>

    /// Moves the beginning of the turn, which is as if the database's clock were set by as much the other way.
    private static func age(_ bench: Bench, milliseconds: Int) throws {
        try bench.connection.execute(
            "UPDATE postern_meta SET number = number - ? WHERE name = 'seen_turn_start'",
            [.integer(Int64(milliseconds))])
    }

    private static func turn(_ bench: Bench) throws -> Int64? {
        try bench.connection.query("SELECT number FROM postern_meta WHERE name = 'seen_turn'").first?.first?
            .integerValue
    }

    /// A key lives for ten minutes at least and is gone after two turns.
    static func aKeyLivesForATurnAtLeast() throws {
        var bench = try Bench(Server.shared())
        #expect(bench.run(TallyOperation(1)) == [.decided("pass 1")])
        for number in 1...2 {
            try age(bench, milliseconds: 600_000)
            bench.clock.advance(milliseconds: 600_000)
            // In this transaction it is noticed, after it the table is emptied.
            _ = bench.run(TallyOperation(100 + number, "b"))
            try bench.connection.relieve()
            #expect(try turn(bench) == Int64(number))
            #expect(bench.run(TallyOperation(number == 1 ? 1 : 200)).first??.verdict != nil)
            #expect(try bench.count() == 1 + Int64(number - 1))
        }
        // Repeating it near the turn has put it into the new table too, so it takes a third one.
        try age(bench, milliseconds: 600_000)
        bench.clock.advance(milliseconds: 600_000)
        _ = bench.run(TallyOperation(103, "b"))
        try bench.connection.relieve()
        #expect(bench.run(TallyOperation(1)) == [.decided("pass 3")])
        #expect(try (bench.keys() ?? 0) < 10)
    }

    /// The database's clock jumps; nobody has seen the turn last, so no key is lost.
    static func aClockThatIsSetLosesNothing() throws {
        var bench = try Bench(Server.shared())
        #expect(bench.run(TallyOperation(1)) == [.decided("pass 1")])
        for hours in [1, -5, 1000] {
            try age(bench, milliseconds: hours * 3_600_000)
            for _ in 0..<3 {
                bench.clock.advance(milliseconds: 60_000)
                #expect(bench.run(TallyOperation(1)) == [.repeated("pass 1")])
                try bench.connection.relieve()
            }
            // Another host, that has just come.
            var other = try Bench(Server.shared(), database: bench.database)
            other.clock.advance(milliseconds: 86_400_000)
            #expect(other.run(TallyOperation(1)) == [.repeated("pass 1")])
            try other.connection.relieve()
            #expect(try turn(bench) == 0)
        }
        #expect(try bench.count() == 1)
    }

    /// Two hosts find at once that the turn is over: it advances once.
    static func twoHostsTurnOnce() throws {
        var first = try Bench(Server.shared())
        var second = try Bench(Server.shared(), database: first.database)
        #expect(first.run(TallyOperation(1)) == [.decided("pass 1")])
        #expect(second.run(TallyOperation(2)) == [.decided("pass 2")])
        try age(first, milliseconds: 600_000)
        first.clock.advance(milliseconds: 600_000)
        second.clock.advance(milliseconds: 700_000)
        #expect(first.run(TallyOperation(3)) == [.decided("pass 3")])
        #expect(second.run(TallyOperation(4)) == [.decided("pass 4")])
        try first.connection.relieve()
        try second.connection.relieve()
        #expect(try turn(first) == 1)
        for (number, verdict) in [(1, "pass 1"), (2, "pass 2"), (3, "pass 3"), (4, "pass 4")] {
            #expect(second.run(TallyOperation(number)) == [.repeated(verdict)])
        }
    }

    /// A large table is emptied in portions between batches, and no batch is kept waiting for all of it.
    static func aLargeTableIsEmptiedInPortions() throws {
        var bench = try Bench(Server.shared())
        _ = bench.run(TallyOperation(1))
        let rows = (0..<5000).map { number in
            [SQLValue.blob(RecordingKeyBytes(high: 7, low: UInt64(number)).bytes), .text("old"), .text("pass")]
        }
        try bench.connection.execute(
            "INSERT INTO postern_seen_1 (\"key\", check_name, verdict) VALUES (?, ?, ?)", rows: rows)
        try age(bench, milliseconds: 600_000)
        bench.clock.advance(milliseconds: 600_000)
        for portion in 1...3 {
            #expect(bench.run(TallyOperation(10 + portion)) == [.decided("pass \(portion + 1)")])
            try bench.connection.relieve()
            #expect(try turn(bench) == (portion < 3 ? 0 : 1))
        }
        let old = try bench.connection.query("SELECT count(*) FROM postern_seen_1 WHERE check_name = 'old'")
        #expect(old == [[.integer(0)]])
        #expect(bench.run(TallyOperation(1)) == [.repeated("pass 1")])
    }
}

@Suite struct PostgreSQLTurnTests {
    typealias Turn = SharedTurn<PostgreSQLServer>
    @Test func aKeyLivesForATurnAtLeast() throws { try Turn.aKeyLivesForATurnAtLeast() }
    @Test func aClockThatIsSetLosesNothing() throws { try Turn.aClockThatIsSetLosesNothing() }
    @Test func twoHostsTurnOnce() throws { try Turn.twoHostsTurnOnce() }
    @Test func aLargeTableIsEmptiedInPortions() throws { try Turn.aLargeTableIsEmptiedInPortions() }
}

@Suite struct MariaDBTurnTests {
    typealias Turn = SharedTurn<MariaDBServer>
    @Test func aKeyLivesForATurnAtLeast() throws { try Turn.aKeyLivesForATurnAtLeast() }
    @Test func aClockThatIsSetLosesNothing() throws { try Turn.aClockThatIsSetLosesNothing() }
    @Test func twoHostsTurnOnce() throws { try Turn.twoHostsTurnOnce() }
    @Test func aLargeTableIsEmptiedInPortions() throws { try Turn.aLargeTableIsEmptiedInPortions() }
}
