internal import SQLStore
internal import ServiceProtocol
internal import Synchronization

/// What the store's thread does: questions about originals by the batch, other work in between, and timed work.
///
/// The excluded domains are kept up to date: SQLite tells whether anybody else has written, so the table is read only
/// then; it is asked each second, since other processes' changes must show soon. A server does not tell, so the table is
/// read every ten seconds.
struct SRSStoreWorker: StoreWorker {
    private let configuration: StoreConfiguration
    private let shared: SRSStore.Shared
    private let clock: ServiceClock
    private var version: Int64?
    private var originals: OriginalsBatch
    private var watch = SteadyClockWatch()

    init(_ configuration: StoreConfiguration, shared: SRSStore.Shared, clock: ServiceClock) {
        self.configuration = configuration
        self.shared = shared
        self.clock = clock
        originals = OriginalsBatch(clock: clock)
    }

    mutating func open() throws -> any SQLConnection {
        let connection = try configuration.connect(schema: SRSTables.schema, tables: SRSTables.tables)
        version = try version(of: connection)
        try shared.readExclusions(connection)
        return connection
    }

    mutating func run(_ jobs: [SRSJob], on connection: any SQLConnection) -> StoreHealth {
        var questions: [SRSJob.Question] = []
        var works: [SRSJob.Work] = []
        for job in jobs {
            switch job {
            case .question(let question): questions.append(question)
            case .work(let work): works.append(work)
            }
        }
        var failure = originals.run(questions, on: connection, bound: shared.bound.withLock { $0 })
        for work in works {
            failure = work(.success(connection)) ?? failure
            connection.rollback()
        }
        do {
            try connection.relieve()
        } catch {
            failure = failure ?? error
        }
        return health(of: connection, after: failure)
    }

    var isHolding: Bool { !originals.held.isEmpty }

    mutating func refuse(_ jobs: [SRSJob], because error: SQLError) {
        for job in jobs { job.refuse(because: error) }
        originals.giveUpExpired()
    }

    mutating func abandon(because error: SQLError) {
        originals.abandon(because: error)
    }

    mutating func tend(_ connection: any SQLConnection, isQuiet: Bool) -> StoreHealth {
        do {
            try readExclusions(connection)
            if watch.isTrusted(clock) { try forgetOriginals(connection) }
            return .sound
        } catch {
            connection.rollback()
            return health(of: connection, after: SQLError(of: error))
        }
    }

    private mutating func readExclusions(_ connection: any SQLConnection) throws {
        let found = try version(of: connection)
        guard found != version else { return }
        try shared.readExclusions(connection)
        version = found
    }

    /// Another host's clock may be a day behind.
    private func forgetOriginals(_ connection: any SQLConnection) throws {
        let today = SRSTimestamp.day(unixTime: Int64(clock.unixSeconds()))
        try OriginalsTable(connection).forget(before: today - 1)
    }

    mutating func close(_ connection: any SQLConnection) {
        connection.close()
    }

    /// A number that changes when the table may have changed.
    private func version(of connection: any SQLConnection) throws -> Int64? {
        guard connection.dialect == .sqlite else { return Int64(clock.monotonic().milliseconds / 10_000) }
        return try connection.query("PRAGMA data_version").first?.first?.integerValue
    }

    private func health(of connection: any SQLConnection, after failure: SQLError?) -> StoreHealth {
        guard let failure, failure.code != .busy, failure.code != .constraint else { return .sound }
        do {
            try connection.probe()
            return .sound
        } catch {
            return .broken(error)
        }
    }
}

extension SRSJob {
    /// Fails it.
    func refuse(because error: SQLError) {
        switch self {
        case .work(let work): _ = work(.failure(error))
        case .question(let question): question.answer(.failed(error))
        }
    }
}
