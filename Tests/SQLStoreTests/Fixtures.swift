import Glibc
import SuiteFixture
import Synchronization

@testable import SQLStore

extension TemporaryDirectory {
    var database: String { "\(path)/test.db" }

    func configuration(busyTimeout: Int = 2000) -> SQLiteConfiguration {
        var configuration = SQLiteConfiguration(path: database)
        configuration.busyTimeout = busyTimeout
        configuration.checkpointsInBackground = false
        return configuration
    }

    /// Removes the database.
    func empty() {
        for suffix in ["", "-wal", "-shm"] { unlink(database + suffix) }
    }

    func size(of suffix: String) -> Int {
        var status = stat()
        return stat(database + suffix, &status) == 0 ? Int(status.st_size) : 0
    }
}

/// Two clocks that stand until they are set.
final class FakeClock: Sendable {
    let unix = Atomic<Int>(1_700_000_000)
    let monotonic = Atomic<Int>(5_000_000)

    var clock: StoreClock {
        StoreClock(
            unixSeconds: { self.unix.load(ordering: .relaxed) },
            monotonicMilliseconds: { self.monotonic.load(ordering: .relaxed) })
    }

    func advance(milliseconds: Int) {
        monotonic.add(milliseconds, ordering: .relaxed)
        unix.add(milliseconds / 1000, ordering: .relaxed)
    }
}

/// Counts one message of an account.
struct CountOperation: RecordingOperation {
    var key: RecordingKeyBytes?
    var check = "throttle"
    var deadline = Int.max
    var isDryRun = false
    var account: String
}

func key(_ number: Int) -> RecordingKeyBytes {
    RecordingKeyBytes(high: UInt64(number) &* 0x9E37_79B9_7F4A_7C15, low: UInt64(number))
}

/// Passes the first messages of each account. An account named after a failure fails in that way.
struct CountHandler: RecordingHandler {
    static let schema = SQLSchema(
        component: "count",
        steps: [
            """
            CREATE TABLE counters (id BLOB PRIMARY KEY, account TEXT NOT NULL, n INTEGER NOT NULL CHECK (n >= 0))
                WITHOUT ROWID;
            """
        ])

    struct Poisoned: Error {}

    var limit = 1000
    var onDecide: @Sendable (Int) -> Void = { _ in }
    var hash: KeyedHash?

    mutating func connected(to connection: SQLiteConnection) throws {
        hash = try connection.keyedHash()
    }

    func decide(_ operations: [CountOperation], now: Int, in connection: SQLiteConnection) throws -> [String] {
        onDecide(operations.count)
        var counts: [Bytes16: Int64] = [:]
        var accounts: [Bytes16: String] = [:]
        let ids = try operations.map { operation in
            let id = try id(operation.account)
            accounts[id] = operation.account
            return id
        }
        for id in accounts.keys.sorted() {
            counts[id] = try connection.withStatement("SELECT n FROM counters WHERE id = ?") { statement in
                try statement.bind(id, at: 1)
                return try statement.step() ? statement.integer(0) : 0
            }
        }
        let verdicts = zip(operations, ids).map { operation, id in
            guard counts[id, default: 0] < limit else { return "reject" }
            counts[id, default: 0] += operation.account == "constraint" ? -1 : 1
            return "pass \(counts[id, default: 0])"
        }
        try write(counts, accounts, in: connection)
        if accounts.values.contains("throw") { throw Poisoned() }
        return accounts.values.contains("short") ? Array(verdicts.dropLast()) : verdicts
    }

    private func write(
        _ counts: [Bytes16: Int64], _ accounts: [Bytes16: String], in connection: SQLiteConnection
    ) throws {
        let sql = "INSERT INTO counters (id, account, n) VALUES (?, ?, ?) ON CONFLICT (id) DO UPDATE SET n = excluded.n"
        try connection.withStatement(sql) { statement in
            for id in counts.keys.sorted() {
                try statement.bind(id, at: 1)
                try statement.bind(accounts[id, default: ""], at: 2)
                try statement.bind(counts[id, default: 0], at: 3)
                try statement.run()
            }
        }
    }

    private func id(_ account: String) throws -> Bytes16 {
        guard let hash else { throw SQLError(.other, "not connected") }
        return hash(account)
    }
}

/// A batch with its own connection.
struct BatchBench {
    let directory: TemporaryDirectory
    let connection: SQLiteConnection
    let clock = FakeClock()
    var batch: RecordingBatch<CountHandler>

    init(
        _ directory: TemporaryDirectory? = nil, handler: CountHandler = CountHandler(),
        busyTimeout: Int = 2000, busyRepeats: Int = 3, clock realClock: StoreClock? = nil
    ) throws {
        let directory = try directory ?? TemporaryDirectory()
        self.directory = directory
        connection = try SQLiteConnection(
            directory.configuration(busyTimeout: busyTimeout), schema: CountHandler.schema)
        try connection.prepareRecording(trace: false)
        var handler = handler
        try handler.connected(to: connection)
        batch = RecordingBatch(handler: handler, clock: realClock ?? clock.clock, busyRepeats: busyRepeats)
    }

    mutating func run(_ operations: CountOperation...) -> [RecordingResult<String>] {
        batch.run(operations, on: connection).compactMap { $0 }
    }

    func count(_ account: String) throws -> Int {
        try connection.count(account)
    }

    func rows(_ table: String) throws -> Int {
        try connection.rows(table)
    }
}

extension SQLiteConnection {
    func count(_ account: String) throws -> Int {
        try Int(query("SELECT n FROM counters WHERE account = ?", [.text(account)]).first?.first?.integerValue ?? 0)
    }

    func rows(_ table: String) throws -> Int {
        try Int(query("SELECT count(*) FROM \(table)").first?.first?.integerValue ?? -1)
    }
}
