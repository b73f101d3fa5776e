import SuiteFixture
import Synchronization
import Testing

@testable import SQLStore

@Suite struct RecordingBatchTests {
    @Test func eachOperationIsDecidedInOrder() throws {
        var bench = try BatchBench(handler: CountHandler(limit: 2))
        let results = bench.run(
            CountOperation(key: key(1), account: "a"), CountOperation(key: key(2), account: "b"),
            CountOperation(key: key(3), account: "a"), CountOperation(key: key(4), account: "a"))
        #expect(results == [.decided("pass 1"), .decided("pass 1"), .decided("pass 2"), .decided("reject")])
        #expect(try bench.count("a") == 2)
        #expect(try bench.count("b") == 1)
    }

    @Test func aKeySeenTwiceInABatchCountsOnce() throws {
        var bench = try BatchBench()
        let operation = CountOperation(key: key(1), account: "a")
        #expect(bench.run(operation, operation) == [.decided("pass 1"), .repeated("pass 1")])
        #expect(try bench.count("a") == 1)
    }

    @Test func aKeySeenInAnEarlierBatchBringsItsVerdictBack() throws {
        var bench = try BatchBench(handler: CountHandler(limit: 1))
        let last = CountOperation(key: key(1), account: "a")
        #expect(bench.run(last) == [.decided("pass 1")])
        #expect(
            bench.run(CountOperation(key: key(2), account: "a"), last) == [.decided("reject"), .repeated("pass 1")])
        #expect(try bench.count("a") == 1)
    }

    @Test func anotherConnectionKnowsTheKey() throws {
        var first = try BatchBench()
        var second = try BatchBench(first.directory)
        let operation = CountOperation(key: key(1), account: "a")
        #expect(first.run(operation) == [.decided("pass 1")])
        #expect(second.run(operation) == [.repeated("pass 1")])
        #expect(second.run(CountOperation(key: key(2), account: "a")) == [.decided("pass 2")])
    }

    @Test func eachCheckHasItsOwnKey() throws {
        var bench = try BatchBench()
        let results = bench.run(
            CountOperation(key: key(1), check: "throttle", account: "a"),
            CountOperation(key: key(1), check: "accounting", account: "a"))
        #expect(results == [.decided("pass 1"), .decided("pass 2")])
    }

    @Test func withoutKeyEachCounts() throws {
        var bench = try BatchBench()
        let operation = CountOperation(account: "a")
        #expect(bench.run(operation, operation) == [.decided("pass 1"), .decided("pass 2")])
        #expect(bench.run(operation) == [.decided("pass 3")])
        #expect(try bench.rows("postern_seen_0") == 0)
    }

    @Test func aDryRunLeavesNothing() throws {
        var bench = try BatchBench()
        var dry = CountOperation(key: key(1), account: "a")
        dry.isDryRun = true
        #expect(bench.run(dry, dry) == [.decided("pass 1"), .decided("pass 1")])
        #expect(try bench.count("a") == 0)
        #expect(try bench.rows("postern_seen_0") == 0)
        #expect(!bench.connection.isInTransaction)
        dry.isDryRun = false
        #expect(bench.run(dry) == [.decided("pass 1")])
    }

    @Test(arguments: ["throw", "constraint", "short"])
    func aPoisonedBatchHurtsOneMember(_ poison: String) throws {
        var bench = try BatchBench()
        let results = bench.run(
            CountOperation(key: key(1), account: "a"), CountOperation(key: key(2), account: poison),
            CountOperation(key: key(3), account: "a"))
        #expect([results[0], results[2]] == [.decided("pass 1"), .decided("pass 2")])
        let expected: [String: SQLError.Code] = ["constraint": .constraint]
        #expect(results[1].error?.code == expected[poison, default: .other])
        #expect(try bench.count("a") == 2)
        #expect(try bench.count(poison) == 0)
        #expect(try bench.rows("postern_seen_0") == 2)
    }

    @Test func aPoisonedDryRunHurtsOnlyItself() throws {
        var bench = try BatchBench()
        let poison = CountOperation(isDryRun: true, account: "throw")
        let results = bench.run(poison, CountOperation(key: key(1), account: "a"))
        #expect(results[0].error?.code == .other)
        #expect(results[1] == .decided("pass 1"))
    }

    @Test func errorsOfTheHandlerShowNoValues() throws {
        var bench = try BatchBench()
        let error = try #require(bench.run(CountOperation(key: key(1), account: "constraint"))[0].error)
        #expect(!error.description.contains("'constraint'"))
        #expect(error.description.contains("CHECK"))
    }

    @Test func whatHasExpiredBeforeBeginIsNotRecorded() throws {
        var bench = try BatchBench()
        let late = CountOperation(key: key(1), deadline: 5_000_000, account: "a")
        let timely = CountOperation(key: key(2), deadline: 5_000_001, account: "a")
        #expect(bench.run(late, timely) == [.expired, .decided("pass 1")])
        #expect(try bench.rows("postern_seen_0") == 1)
    }

    @Test func whatExpiresBeforeCommitIsTakenOut() throws {
        var bench = try BatchBench()
        let clock = bench.clock
        bench.batch.handler.onDecide = { _ in clock.advance(milliseconds: 1000) }
        let short = CountOperation(key: key(1), deadline: 5_000_500, account: "a")
        let long = CountOperation(key: key(2), deadline: 5_060_000, account: "a")
        #expect(bench.run(short, long) == [.expired, .decided("pass 1")])
        #expect(try bench.count("a") == 1)
        #expect(try bench.rows("postern_seen_0") == 1)
        #expect(bench.run(short) == [.expired])
    }

    @Test func anUnreadableVerdictFailsOnlyItsRequest() throws {
        let directory = try TemporaryDirectory()
        let connection = try SQLiteConnection(directory.configuration())
        try connection.prepareRecording(trace: false)
        var batch = RecordingBatch(handler: NumberHandler(), clock: .system, busyRepeats: 0)
        #expect(batch.run([CountOperation(key: key(1), account: "")], on: connection) == [.decided(Number())])
        try connection.execute("UPDATE postern_seen_0 SET verdict = 'x'")
        let operations = [1, 2].map { CountOperation(key: key($0), account: "") }
        let results = batch.run(operations, on: connection)
        #expect(results[0]?.error?.code == .schema)
        #expect(results[1] == .decided(Number()))
    }

    // MARK: - Locks and space

    @Test func aLockHeldPastTheDeadlineRecordsNothing() throws {
        let clock = StoreClock.system
        var bench = try BatchBench(busyTimeout: 20, busyRepeats: 1000, clock: clock)
        let other = try SQLiteConnection(bench.directory.configuration())
        try other.begin()
        let deadline = clock.monotonicMilliseconds() + 100
        #expect(bench.run(CountOperation(key: key(1), deadline: deadline, account: "a")) == [.expired])
        #expect(clock.monotonicMilliseconds() >= deadline)
        other.rollback()
        #expect(try bench.count("a") == 0)
    }

    @Test func aLockThatStaysFailsAfterTheRepeats() throws {
        var bench = try BatchBench(busyTimeout: 1, busyRepeats: 2)
        let other = try SQLiteConnection(bench.directory.configuration())
        try other.begin()
        let results = bench.run(CountOperation(key: key(1), account: "a"), CountOperation(key: key(2), account: "b"))
        #expect(results.map { $0.error?.code } == [.busy, .busy])
        other.rollback()
        #expect(bench.run(CountOperation(key: key(1), account: "a")) == [.decided("pass 1")])
    }

    @Test func aFullDiskFailsTheWriterAndIsForgotten() throws {
        var bench = try BatchBench()
        let pages = try #require(bench.connection.query("PRAGMA page_count").first?.first?.integerValue)
        try bench.connection.execute("PRAGMA max_page_count = \(pages)")
        let long = String(repeating: "x", count: 20_000)
        let results = bench.run(
            CountOperation(key: key(1), account: long), CountOperation(key: key(2), account: "a"))
        #expect(results[0].error?.code == .full)
        #expect(results[1] == .decided("pass 1"))
        try bench.connection.execute("PRAGMA max_page_count = 100000")
        #expect(bench.run(CountOperation(key: key(1), account: long)) == [.decided("pass 1")])
    }

    @Test func aFileThatMayOnlyBeReadFails() throws {
        let first = try BatchBench()
        var configuration = first.directory.configuration()
        configuration.access = .readOnly
        let connection = try SQLiteConnection(configuration)
        var batch = first.batch
        let results = batch.run([CountOperation(key: key(1), account: "a")], on: connection)
        #expect(results[0]?.error?.code == .readOnly)
    }

    // MARK: - Time

    @Test func timeNeverGoesBack() throws {
        let seen = Mutex<[Int]>([])
        let directory = try TemporaryDirectory()
        let connection = try SQLiteConnection(directory.configuration())
        try connection.prepareRecording(trace: false)
        let clock = FakeClock()
        var handler = NumberHandler()
        handler.onDecide = { now in seen.withLock { $0.append(now) } }
        var batch = RecordingBatch(handler: handler, clock: clock.clock, busyRepeats: 0)
        for step in [0, 60, -3600, 10, 4000] {
            clock.unix.add(step, ordering: .relaxed)
            _ = batch.run([CountOperation(account: "")], on: connection)
        }
        let start = 1_700_000_000
        #expect(seen.withLock { $0 } == [start, start + 60, start + 60, start + 60, start + 470])
    }
}

/// A verdict that not every text can be read as.
struct Number: RecordingVerdict, Equatable {
    var value = 7

    var storedText: String { String(value) }

    init() {}

    init?(storedText: String) {
        guard let value = Int(storedText) else { return nil }
        self.value = value
    }
}

struct NumberHandler: RecordingHandler {
    var onDecide: (Int) -> Void = { _ in }

    func decide(_ operations: [CountOperation], now: Int, in connection: SQLiteConnection) throws -> [Number] {
        onDecide(now)
        return operations.map { _ in Number() }
    }
}
