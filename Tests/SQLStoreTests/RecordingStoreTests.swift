import SuiteFixture
import Synchronization
import Testing

@testable import SQLStore

@Suite struct RecordingStoreTests {
    private let directory: TemporaryDirectory

    init() throws { directory = try TemporaryDirectory() }

    private func start(
        limits: StoreLimits = StoreLimits(), onStateChange: @escaping @Sendable (StoreState) -> Void = { _ in },
        deliver: @escaping RecordingStore<CountHandler>.Delivery = { $0() }
    ) throws -> RecordingStore<CountHandler> {
        let configuration = directory.configuration()
        return try RecordingStore(
            name: "test", handler: CountHandler(limit: 100), limits: limits,
            open: { try SQLiteConnection(configuration, schema: CountHandler.schema) },
            deliver: deliver, onStateChange: onStateChange)
    }

    @Test func twoStoresOnOneFileCountEachKeyOnce() async throws {
        let stores = [try start(), try start()]
        let verdicts = await withTaskGroup(of: String?.self) { group in
            for number in 0..<400 {
                // Each key is asked at both stores.
                let operation = CountOperation(key: key(number / 2), account: "a")
                group.addTask { await stores[number % 2].ask(operation).verdict }
            }
            return await group.reduce(into: [:]) { $0[$1, default: 0] += 1 }
        }
        stores.forEach { $0.stop() }
        // Both askers of a key got the same verdict, and each number was given out once.
        #expect(verdicts["reject"] == 200)
        for number in 1...100 {
            #expect(verdicts["pass \(number)"] == 2)
        }
        #expect(try SQLiteConnection(directory.configuration()).count("a") == 100)
    }

    @Test func severalAreHandedInAtOnce() throws {
        var limits = StoreLimits()
        limits.queue = 4
        let results = Mutex<[Int: String?]>([:])
        let failures = Mutex<[Int: SQLError.Code]>([:])
        let store = try start(limits: limits)
        let gate = Mailbox<Void>(capacity: 1)
        let begun = Mailbox<Void>(capacity: 1)
        let isHeld = store.perform(
            { _ in
                _ = begun.put(())
                _ = gate.take(maximum: 1, waiting: 10_000)
            }, completion: { _ in })
        #expect(isHeld)
        _ = begun.take(maximum: 1, waiting: 10_000)
        let taken = store.submit(
            ["a", "constraint", "a", "a", "a", "a"].enumerated().map { number, account in
                (
                    CountOperation(key: key(number), account: account),
                    { result in
                        results.withLock { $0[number] = result.verdict }
                        failures.withLock { $0[number] = result.error?.code }
                    }
                )
            })
        #expect(taken == 4)
        #expect(gate.put(()))
        store.stop()
        // In order, the failing one alone fails, and those beyond the queue are not answered by the store.
        #expect(results.withLock { $0 } == [0: "pass 1", 1: nil, 2: "pass 2", 3: "pass 3"])
        #expect(failures.withLock { $0 } == [1: .constraint])
        #expect(try SQLiteConnection(directory.configuration()).count("a") == 3)
        #expect(store.submit([(CountOperation(account: "a"), { @Sendable _ in Issue.record("not taken") })]) == 0)
    }

    @Test func completionsOfABatchAreDeliveredTogether() throws {
        let deliveries = Mutex(0)
        let results = Mutex<[String?]>([])
        let store = try start(deliver: { completions in
            deliveries.withLock { $0 += 1 }
            completions()
        })
        // The first job keeps the thread until the others are there.
        let gate = Mailbox<Void>(capacity: 1)
        let isHeld = store.perform({ _ in _ = gate.take(maximum: 1, waiting: 10_000) }, completion: { _ in })
        #expect(isHeld)
        for number in 0..<10 {
            let operation = CountOperation(key: key(number), account: "a")
            let isAccepted = store.submit(operation) { result in results.withLock { $0.append(result.verdict) } }
            #expect(isAccepted)
        }
        #expect(gate.put(()))
        store.stop()
        #expect(results.withLock { $0 } == (1...10).map { "pass \($0)" })
        // One or two for the work, which may have been a batch with the first of them, and one for the rest.
        #expect(deliveries.withLock { $0 } <= 3)
    }

    @Test func workRunsInItsPlace() async throws {
        let store = try start()
        #expect(await store.ask(CountOperation(key: key(1), account: "a")) == .decided("pass 1"))
        let counted = await store.work { try $0.count("a") }
        #expect(try counted.get() == 1)
        let failed = await store.work { connection in
            try connection.begin()
            try connection.execute("DELETE FROM counters")
            throw SQLError(.constraint, "no")
        }
        #expect(failed.error == SQLError(.constraint, "no"))
        // What it left open is rolled back.
        #expect(await store.ask(CountOperation(key: key(2), account: "a")) == .decided("pass 2"))
        await withCheckedContinuation { continuation in
            let accepted = store.performWithHandler({ _, handler in handler.limit = 0 }) { _ in continuation.resume() }
            #expect(accepted)
        }
        #expect(await store.ask(CountOperation(key: key(3), account: "a")) == .decided("reject"))
        store.stop()
        let isAccepted = store.submit(CountOperation(account: "a")) { _ in }
        #expect(!isAccepted)
    }

    @Test func aPoisonedRequestCostsNoConnection() async throws {
        let states = Mutex<[StoreState]>([])
        let store = try start(onStateChange: { state in states.withLock { $0.append(state) } })
        #expect(await store.ask(CountOperation(key: key(1), account: "throw")).error?.code == .other)
        #expect(await store.ask(CountOperation(key: key(1), account: "constraint")).error?.code == .constraint)
        #expect(await store.ask(CountOperation(key: key(1), account: "a")) == .decided("pass 1"))
        store.stop()
        #expect(states.withLock { $0 } == [.available])
    }

    @Test func aCorruptFileIsUnavailableUntilItIsReplaced() async throws {
        try directory.write(String(repeating: "this is no database. ", count: 300), to: "test.db")
        let states = Mutex<[StoreState]>([])
        var limits = StoreLimits()
        limits.firstReopenPause = 1
        limits.longestReopenPause = 1
        let store = try start(limits: limits, onStateChange: { state in states.withLock { $0.append(state) } })
        guard case .unavailable(let error) = await store.ask(CountOperation(key: key(1), account: "a")) else {
            Issue.record("a corrupt file was used")
            return
        }
        #expect(error.code == .corrupt)
        #expect(await store.work { _ in }.error?.code == .corrupt)
        try directory.write("", to: "test.db")
        var result = await store.ask(CountOperation(key: key(1), account: "a"))
        while result.verdict == nil {
            result = await store.ask(CountOperation(key: key(1), account: "a"))
        }
        #expect(result == .decided("pass 1"))
        store.stop()
        #expect(states.withLock { $0 } == [.unavailable(error), .available])
    }

    @Test func aFileThatWasRemovedIsMadeAnew() async throws {
        let states = Mutex<[StoreState]>([])
        var limits = StoreLimits()
        limits.quietPeriod = 1
        limits.tendInterval = 1
        limits.firstReopenPause = 1
        let store = try start(limits: limits, onStateChange: { state in states.withLock { $0.append(state) } })
        #expect(await store.ask(CountOperation(key: key(1), account: "a")) == .decided("pass 1"))
        directory.empty()
        var counted = await store.work { try $0.count("a") }
        while (try? counted.get()) != 0 {
            counted = await store.work { try $0.count("a") }
        }
        store.stop()
        #expect(states.withLock { $0.map(\.isAvailable) } == [true, false, true])
    }

    @Test func timedWorkThatFailsIsTold() async throws {
        let failures = Mutex<[SQLError]>([])
        let configuration = directory.configuration()
        var limits = StoreLimits()
        limits.quietPeriod = 1
        limits.tendInterval = 1
        let store = try RecordingStore(
            name: "test", handler: RestlessHandler(), limits: limits, open: { try SQLiteConnection(configuration) },
            onTendingFailure: { error in failures.withLock { $0.append(error) } })
        while failures.withLock({ $0.count }) < 2 {
            await Task.yield()
        }
        store.stop()
        #expect(failures.withLock { $0[0].code } == .other)
        // The transaction that it left open is gone: the second call could open one.
        #expect(failures.withLock { Set($0) }.count == 1)
    }

    @Test func timedWorkThatIsLockedOutComesAgain() async throws {
        let failures = Mutex<[SQLError]>([])
        let endings = Mutex<[String]>([])
        let configuration = directory.configuration(busyTimeout: 1)
        var limits = StoreLimits()
        limits.quietPeriod = 1
        limits.tendInterval = 1
        let store = try RecordingStore(
            name: "test", handler: CleaningHandler(told: { ending in endings.withLock { $0.append(ending) } }),
            limits: limits, open: { try SQLiteConnection(configuration) },
            onTendingFailure: { error in failures.withLock { $0.append(error) } })
        while endings.withLock({ $0.last != "done" }) { await Task.yield() }
        let other = try SQLiteConnection(directory.configuration())
        try other.begin()
        while endings.withLock({ $0.last != "busy" }) { await Task.yield() }
        other.rollback()
        while endings.withLock({ $0.last != "done" }) { await Task.yield() }
        store.stop()
        #expect(failures.withLock { $0 } == [])
    }

    @Test func aNewerSchemaIsUnavailable() async throws {
        let newer = SQLSchema(component: "count", steps: CountHandler.schema.steps + ["SELECT 1"])
        _ = try SQLiteConnection(directory.configuration(), schema: newer)
        let store = try start()
        #expect(await store.ask(CountOperation(account: "a")).error?.code == .schema)
        store.stop()
    }
}

extension RecordingStore where Handler == CountHandler {
    func ask(_ operation: CountOperation) async -> RecordingResult<String> {
        await withCheckedContinuation { continuation in
            if !submit(operation, completion: { continuation.resume(returning: $0) }) {
                continuation.resume(returning: .expired)
            }
        }
    }

    func work<Value: Sendable>(
        _ work: @escaping @Sendable (SQLiteConnection) throws -> Value
    ) async -> Result<Value, SQLError> {
        await withCheckedContinuation { continuation in
            if !perform(work, completion: { continuation.resume(returning: $0) }) {
                continuation.resume(returning: .failure(SQLError(.other, "refused")))
            }
        }
    }
}

/// Its timed work opens a transaction and fails.
private struct RestlessHandler: RecordingHandler {
    func decide(_ operations: [CountOperation], now: Int, in connection: SQLiteConnection) throws -> [String] {
        operations.map { _ in "" }
    }

    func tend(_ connection: SQLiteConnection, now: Int, isQuiet: Bool) throws {
        try connection.begin()
        try connection.execute("SELECT * FROM missing")
    }
}

/// Its timed work needs the lock; it tells how that ended.
private struct CleaningHandler: RecordingHandler {
    let told: @Sendable (String) -> Void

    func decide(_ operations: [CountOperation], now: Int, in connection: SQLiteConnection) throws -> [String] {
        operations.map { _ in "" }
    }

    func tend(_ connection: SQLiteConnection, now: Int, isQuiet: Bool) throws {
        do throws(SQLError) {
            try connection.begin()
            told("done")
        } catch {
            told(error.code.rawValue)
            throw error
        }
    }
}

extension StoreState {
    fileprivate var isAvailable: Bool { self == .available }
}

extension Result where Failure == SQLError {
    var error: SQLError? {
        guard case .failure(let error) = self else { return nil }
        return error
    }
}
