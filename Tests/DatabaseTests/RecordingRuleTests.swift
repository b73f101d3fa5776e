import DatabaseFixture
import Glibc
import Synchronization
import Testing

@testable import SQLStore

/// The recording rule on the engines that hosts share.
enum RecordingRule<Server: DatabaseServer> {
    typealias Bench = BatchBench<Server>

    static func aKeyCountsOnce() throws {
        var first = try Bench(Server.shared())
        var second = try Bench(Server.shared(), database: first.database)
        #expect(first.run(TallyOperation(1), TallyOperation(1)) == [.decided("pass 1"), .repeated("pass 1")])
        #expect(first.run(TallyOperation(2), TallyOperation(1)) == [.decided("pass 2"), .repeated("pass 1")])
        #expect(second.run(TallyOperation(2), TallyOperation(3)) == [.repeated("pass 2"), .decided("pass 3")])
        #expect(second.run(TallyOperation(nil), TallyOperation(nil)) == [.decided("pass 4"), .decided("pass 5")])
        var other = TallyOperation(1)
        other.check = "accounting"
        #expect(first.run(other) == [.decided("pass 6")])
        #expect(try first.count() == 6)
    }

    static func theDatabasesTimeCounts() throws {
        let bench = try Bench(Server.shared())
        var batch = bench.batch
        let now = try batch.now(in: bench.connection)
        #expect(abs(now - StoreClock.system.unixSeconds()) < 60)
        try bench.connection.begin()
        #expect(try abs((bench.connection.unixTime() ?? 0) - now) < 60)
        bench.connection.rollback()
    }

    static func aPoisonedBatchHurtsOne() throws {
        var bench = try Bench(Server.shared())
        let results = bench.run(TallyOperation(1), TallyOperation(2, "poison"), TallyOperation(3))
        #expect(results[0] == .decided("pass 1"))
        #expect(results[1]?.error?.code == .constraint)
        #expect(results[2] == .decided("pass 2"))
        #expect(try bench.count() == 2)
        #expect(bench.run(TallyOperation(1)) == [.repeated("pass 1")])
    }

    static func whatExpiresBeforeCommitIsNotRecorded() throws {
        var bench = try Bench(Server.shared())
        let clock = bench.clock
        bench.batch.handler.onDecide = { _ in clock.advance(milliseconds: 1000) }
        var late = TallyOperation(1, "late")
        late.deadline = clock.milliseconds.load(ordering: .relaxed) + 500
        #expect(bench.run(late, TallyOperation(2)) == [.expired, .decided("pass 1")])
        #expect(try bench.count("late") == nil)
        late.deadline = .max
        #expect(bench.run(late) == [.decided("pass 1")])
    }

    static func aDryRunChangesNothing() throws {
        var bench = try Bench(Server.shared())
        var rehearsal = TallyOperation(1)
        rehearsal.isDryRun = true
        #expect(bench.run(rehearsal) == [.decided("pass 1")])
        #expect(bench.run(TallyOperation(1)) == [.decided("pass 1")])
    }

    // MARK: - Two at once

    /// The first one stands in the middle of its transaction until the second one has come to the same key. `ending`
    /// is what the first one's account lets happen.
    static func race(
        _ account: String
    ) throws -> (first: RecordingResult<String>?, second: RecordingResult<String>?, Int64?) {
        var first = try Bench(Server.shared())
        var second = try Bench(Server.shared(), database: first.database)
        let observer = try Bench(Server.shared(), database: first.database)
        let isInside = Flag()
        let result = Results()
        let database = first.database
        first.batch.handler.onDecide = { _ in
            isInside.raise()
            // Until somebody waits for this transaction.
            try? untilSomebodyWaits(in: database)
        }
        let thread = try start(Lane(first)) { lane in
            result.append(lane.run([TallyOperation(1, account)]))
        }
        try until { isInside.isUp }
        let answer = second.run(TallyOperation(1))[0]
        thread.join()
        return (result.all.first, answer, try observer.count())
    }

    private static func start(
        _ lane: Lane<Server>, _ body: @escaping @Sendable (Lane<Server>) -> Void
    ) throws -> DedicatedThread {
        let work: @Sendable () -> Void = { body(lane) }
        return try DedicatedThread(name: "lane", body: work)
    }

    static func theSecondWaitsAndSeesTheFirstsVerdict() throws {
        let outcome = try race("a")
        #expect(outcome.first == .decided("pass 1"))
        #expect(outcome.second == .repeated("pass 1"))
        #expect(outcome.2 == 1)
    }

    static func theSecondDecidesWhenTheFirstFails() throws {
        let outcome = try race("poison")
        #expect(outcome.first?.error?.code == .constraint)
        #expect(outcome.second == .decided("pass 1"))
        #expect(outcome.2 == 1)
    }

    private static func untilSomebodyWaits(in database: String) throws {
        let server = try Server.shared()
        let observer = try server.connect(to: database)
        defer { observer.close() }
        let question =
            observer.dialect == .postgreSQL
            ? "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
            : """
            SELECT CAST(variable_value AS SIGNED) FROM information_schema.global_status
            WHERE variable_name = 'INNODB_ROW_LOCK_CURRENT_WAITS'
            """
        try until { (try? observer.query(question)) == [[.integer(1)]] }
    }

    /// Many threads with the same keys in different orders: deadlocks are repeated, and each key counts once.
    static func aCrowdCountsEachKeyOnce() throws {
        let bench = try Bench(Server.shared())
        let total = Results()
        let threads = try (0..<4).map { number in
            try start(Lane(Bench(Server.shared(), database: bench.database))) { lane in
                for round in 0..<10 {
                    let keys = (0..<8).map { round * 8 + ($0 * 3 + number * 5) % 8 }
                    total.append(lane.run(keys.map { TallyOperation($0, "a\($0 % 5)") }))
                }
            }
        }
        for thread in threads { thread.join() }
        let results = total.all
        #expect(results.count == 320)
        #expect(results.allSatisfy { $0.verdict != nil })
        #expect(results.count { if case .decided = $0 { true } else { false } } == 80)
        #expect(try (0..<5).reduce(0) { try $0 + (bench.count("a\($1)") ?? 0) } == 80)
        #expect(
            try bench.connection.query("SELECT count(*) FROM postern_seen_0 WHERE verdict IS NULL") == [[.integer(0)]])
    }
}

/// Something that has happened.
final class Flag: Sendable {
    private let value = Atomic(false)

    var isUp: Bool { value.load(ordering: .sequentiallyConsistent) }

    func raise() { value.store(true, ordering: .sequentiallyConsistent) }
}

/// What several threads were told.
final class Results: Sendable {
    private let list = Mutex<[RecordingResult<String>]>([])

    var all: [RecordingResult<String>] { list.withLock { $0 } }

    func append(_ results: [RecordingResult<String>?]) {
        list.withLock { $0 += results.compactMap { $0 } }
    }
}

/// Lets others run until it is so; gives up after half a minute.
func until(_ condition: () -> Bool) throws {
    for _ in 0..<3000 {
        if condition() { return }
        usleep(10_000)
    }
    #expect(condition())
}

@Suite struct PostgreSQLRecordingTests {
    typealias Rule = RecordingRule<PostgreSQLServer>
    @Test func aKeyCountsOnce() throws { try Rule.aKeyCountsOnce() }
    @Test func theDatabasesTimeCounts() throws { try Rule.theDatabasesTimeCounts() }
    @Test func aPoisonedBatchHurtsOne() throws { try Rule.aPoisonedBatchHurtsOne() }
    @Test func whatExpiresBeforeCommitIsNotRecorded() throws { try Rule.whatExpiresBeforeCommitIsNotRecorded() }
    @Test func aDryRunChangesNothing() throws { try Rule.aDryRunChangesNothing() }
    @Test func theSecondWaitsAndSeesTheFirstsVerdict() throws { try Rule.theSecondWaitsAndSeesTheFirstsVerdict() }
    @Test func theSecondDecidesWhenTheFirstFails() throws { try Rule.theSecondDecidesWhenTheFirstFails() }
    @Test func aCrowdCountsEachKeyOnce() throws { try Rule.aCrowdCountsEachKeyOnce() }
}

@Suite struct MariaDBRecordingTests {
    typealias Rule = RecordingRule<MariaDBServer>
    @Test func aKeyCountsOnce() throws { try Rule.aKeyCountsOnce() }
    @Test func theDatabasesTimeCounts() throws { try Rule.theDatabasesTimeCounts() }
    @Test func aPoisonedBatchHurtsOne() throws { try Rule.aPoisonedBatchHurtsOne() }
    @Test func whatExpiresBeforeCommitIsNotRecorded() throws { try Rule.whatExpiresBeforeCommitIsNotRecorded() }
    @Test func aDryRunChangesNothing() throws { try Rule.aDryRunChangesNothing() }
    @Test func theSecondWaitsAndSeesTheFirstsVerdict() throws { try Rule.theSecondWaitsAndSeesTheFirstsVerdict() }
    @Test func theSecondDecidesWhenTheFirstFails() throws { try Rule.theSecondDecidesWhenTheFirstFails() }
    @Test func aCrowdCountsEachKeyOnce() throws { try Rule.aCrowdCountsEachKeyOnce() }
}
