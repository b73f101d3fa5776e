import DatabaseFixture
import Synchronization

@testable import SQLStore

/// A monotonic clock that stands until it is moved. The wall clock plays no part: the database has its own.
final class HandClock: Sendable {
    let milliseconds = Atomic<Int>(5_000_000)

    var clock: StoreClock {
        StoreClock(unixSeconds: { 0 }, monotonicMilliseconds: { self.milliseconds.load(ordering: .relaxed) })
    }

    func advance(milliseconds: Int) {
        self.milliseconds.add(milliseconds, ordering: .relaxed)
    }
}

/// A bench that one other thread uses.
final class Lane<Server: DatabaseServer>: @unchecked Sendable {
    private var bench: BatchBench<Server>

    init(_ bench: BatchBench<Server>) {
        self.bench = bench
    }

    func run(_ operations: [TallyOperation]) -> [RecordingResult<String>?] {
        bench.batch.run(operations, on: bench.connection)
    }
}

/// A batch with a connection of its own.
struct BatchBench<Server: DatabaseServer> {
    typealias Handler = TallyHandler<Server.Connection>

    let server: Server
    let database: String
    private(set) var connection: Server.Connection
    let clock = HandClock()
    var batch: RecordingBatch<Handler>

    init(_ server: Server, database: String? = nil, handler: Handler = Handler()) throws {
        self.server = server
        self.database = try database ?? server.makeDatabase()
        batch = RecordingBatch(handler: handler, clock: clock.clock, busyRepeats: 20)
        connection = try server.connect(to: self.database)
        try prepare()
    }

    private func prepare() throws {
        try connection.prepareRecording(trace: false)
        try batch.handler.connected(to: connection)
    }

    mutating func run(_ operations: TallyOperation...) -> [RecordingResult<String>?] {
        batch.run(operations, on: connection)
    }

    /// Opens the connection anew, as a store does that has lost it.
    mutating func reconnect(_ configuration: ServerConfiguration? = nil) throws {
        connection.close()
        connection = try server.connect(configuration ?? server.configuration(database))
        try prepare()
    }

    func count(_ account: String = "a") throws -> Int64? {
        try connection.query("SELECT n FROM counters WHERE account = ?", [.text(account)]).first?.first?.integerValue
    }

    /// The keys that are kept, in both tables together.
    func keys() throws -> Int64? {
        try connection.query(
            "SELECT (SELECT count(*) FROM postern_seen_0) + (SELECT count(*) FROM postern_seen_1)"
        ).first?.first?.integerValue
    }
}
