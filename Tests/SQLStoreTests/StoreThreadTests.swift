import Synchronization
import Testing

@testable import SQLStore

@Suite struct StoreThreadTests {
    /// What a worker did, seen from outside. Each test tells it what to do.
    final class Log: Sendable {
        struct Entries {
            var batches: [[Int]] = []
            var refused: [Int] = []
            var states: [StoreState] = []
            var openings = 0
            var closings = 0
            var tendings: [Bool] = []
        }
        let entries = Mutex(Entries())
        let openFailures = Atomic<Int>(0)
        let gate = Mailbox<Void>(capacity: 100)

        func read<Value>(_ path: (Entries) -> Value) -> Value {
            entries.withLock { path($0) }
        }
    }

    struct Worker: StoreWorker {
        let log: Log

        func open() throws -> Int {
            log.entries.withLock { $0.openings += 1 }
            if log.openFailures.load(ordering: .relaxed) > 0 {
                log.openFailures.subtract(1, ordering: .relaxed)
                throw SQLError(.ioError, "down")
            }
            return 1
        }

        /// A negative job breaks the connection; zero waits for the gate.
        func run(_ jobs: [Int], on connection: Int) -> StoreHealth {
            log.entries.withLock { $0.batches.append(jobs) }
            if jobs.contains(0) {
                _ = log.gate.take(maximum: 1, waiting: 300_000)
            }
            return jobs.contains { $0 < 0 } ? .broken(SQLError(.ioError, "gone")) : .sound
        }

        func refuse(_ jobs: [Int], because error: SQLError) {
            log.entries.withLock { $0.refused += jobs }
        }

        func tend(_ connection: Int, isQuiet: Bool) -> StoreHealth {
            log.entries.withLock { $0.tendings.append(isQuiet) }
            return .sound
        }

        func close(_ connection: Int) {
            log.entries.withLock { $0.closings += 1 }
        }
    }

    private let log = Log()

    private func start(_ limits: StoreLimits = StoreLimits()) throws -> StoreThread<Worker> {
        let log = log
        return try StoreThread(name: "test", limits: limits, worker: Worker(log: log)) { state in
            log.entries.withLock { $0.states.append(state) }
        }
    }

    /// Lets others run until it is so; gives up after a minute.
    private func until(_ condition: () -> Bool) async {
        let end = StoreClock.system.monotonicMilliseconds() + 60_000
        while !condition(), StoreClock.system.monotonicMilliseconds() < end {
            await Task.yield()
        }
        #expect(condition())
    }

    @Test func whatWaitsIsOneBatch() async throws {
        var limits = StoreLimits()
        limits.maximumBatch = 4
        let thread = try start(limits)
        #expect(thread.submit(0))
        await until { log.read(\.batches) == [[0]] }
        #expect((1...6).allSatisfy { thread.submit($0) })
        #expect(log.gate.put(()))
        thread.stop()
        #expect(log.read(\.batches) == [[0], [1, 2, 3, 4], [5, 6]])
        #expect(log.read(\.closings) == 1)
        #expect(!thread.submit(7))
        #expect(log.read(\.states) == [.available])
    }

    @Test func aFullQueueRefuses() async throws {
        var limits = StoreLimits()
        limits.queue = 2
        let thread = try start(limits)
        #expect(thread.submit(0))
        await until { log.read(\.batches) == [[0]] }
        #expect([thread.submit(1), thread.submit(2), thread.submit(3)] == [true, true, false])
        #expect(log.gate.put(()))
        thread.stop()
        #expect(log.read(\.batches) == [[0], [1, 2]])
    }

    @Test func withoutAConnectionJobsAreRefusedUntilItIsThere() async throws {
        log.openFailures.store(3, ordering: .relaxed)
        var limits = StoreLimits()
        limits.firstReopenPause = 5
        let thread = try start(limits)
        await until { log.read(\.openings) >= 1 }
        _ = thread.submit(1)
        await until { log.read { $0.refused == [1] || $0.batches == [[1]] } }
        await until { log.read(\.states).last == .available }
        #expect(thread.submit(2))
        thread.stop()
        #expect(log.read(\.openings) == 4)
        #expect(log.read(\.batches).last?.last == 2)
        #expect(log.read(\.states) == [.unavailable(SQLError(.ioError, "down")), .available])
    }

    @Test func jobsAreRefusedAtOnceDuringThePause() async throws {
        log.openFailures.store(1, ordering: .relaxed)
        var limits = StoreLimits()
        limits.firstReopenPause = 3_600_000
        limits.longestReopenPause = 3_600_000
        let thread = try start(limits)
        await until { log.read(\.states).count == 1 }
        #expect(thread.submit(1))
        await until { log.read(\.refused) == [1] }
        thread.stop()
        #expect(log.read(\.openings) == 1)
        #expect(log.read(\.batches).isEmpty)
    }

    @Test func aBrokenConnectionIsOpenedAgain() async throws {
        var limits = StoreLimits()
        limits.firstReopenPause = 1
        let thread = try start(limits)
        #expect(thread.submit(-1))
        await until { log.read(\.states).count == 3 }
        #expect(thread.submit(1))
        thread.stop()
        #expect(log.read(\.states) == [.available, .unavailable(SQLError(.ioError, "gone")), .available])
        #expect(log.read(\.batches) == [[-1], [1]])
        #expect(log.read(\.openings) == 2)
        #expect(log.read(\.closings) == 2)
    }

    @Test func aQuietStoreIsTended() async throws {
        var limits = StoreLimits()
        limits.quietPeriod = 1
        limits.tendInterval = 2
        let thread = try start(limits)
        await until { log.read(\.tendings).count >= 3 }
        thread.stop()
        #expect(log.read(\.tendings).allSatisfy { $0 })
    }

    @Test func aBusyStoreIsTendedToo() async throws {
        var limits = StoreLimits()
        limits.quietPeriod = 3_600_000
        limits.tendIntervalUnderLoad = 0
        let thread = try start(limits)
        #expect(thread.submit(1))
        await until { log.read(\.tendings).count >= 1 }
        thread.stop()
        #expect(log.read(\.tendings).allSatisfy { !$0 })
    }

    @Test func aForgottenThreadEnds() async throws {
        do {
            let thread = try start()
            #expect(thread.submit(1))
        }
        await until { log.read(\.closings) == 1 }
        #expect(log.read(\.batches) == [[1]])
    }
}
