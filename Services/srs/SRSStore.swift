internal import Logging
internal import SQLStore
internal import ServiceProtocol
internal import Synchronization

/// The table `srs_exclude_domains`. Lookups read a snapshot of it; the database is only touched on a thread of its own.
final class SRSStore: Sendable {
    /// Something to do with the connection; the error if there is none, or if it failed.
    typealias Work = @Sendable (Result<any SQLConnection, SQLError>) -> SQLError?

    private let snapshot: Snapshot
    private let alarm: StoreAlarm
    private let thread: StoreThread<Worker>

    /// Starts the thread, which opens the database.
    init(_ configuration: StoreConfiguration, clock: ServiceClock, log: Logger) throws {
        let snapshot = Snapshot()
        let alarm = StoreAlarm(
            onFailure: { log.error("database cannot be used: \($0)") },
            onRecovery: { log.notice("the database works again") })
        self.snapshot = snapshot
        self.alarm = alarm
        thread = try StoreThread(
            name: "srs-store", clock: StoreClock(clock),
            worker: Worker(configuration, snapshot: snapshot, clock: clock),
            onStateChange: { alarm.changed(to: $0) })
    }

    /// Whether the database cannot be used.
    var isFailing: Bool { alarm.isRinging }

    /// The excluded domains as they were read last; nil before they could be read for the first time.
    var excluded: ExcludedDomains? {
        snapshot.domains.withLock { $0 }
    }

    /// Does `work` on the store's thread, with an error at once when that is impossible.
    func perform(_ work: @escaping Work) {
        guard thread.submit(work) else {
            _ = work(.failure(SQLError(.unavailable, "too much waits for the database")))
            return
        }
    }

    /// Reads the table into the snapshot, on the store's thread.
    func refresh(from connection: any SQLConnection) throws {
        try snapshot.read(connection)
    }

    /// Finishes what was handed in and closes the database.
    func stop() {
        thread.stop()
    }
}

extension SRSStore {
    /// The excluded domains, written on the store's thread and read on the event loop.
    private final class Snapshot: Sendable {
        let domains = Mutex<ExcludedDomains?>(nil)

        func read(_ connection: any SQLConnection) throws {
            let rows = try connection.query("SELECT domain FROM srs_exclude_domains")
            let read = ExcludedDomains(rows.compactMap { $0.first?.textValue })
            domains.withLock { $0 = read }
        }
    }

    /// Keeps the snapshot up to date. SQLite tells whether anybody else has written, so the table is read only then; it
    /// is asked each second, since other processes' changes must show soon. A server does not tell, so the table is read
    /// every ten seconds.
    private struct Worker: StoreWorker {
        let configuration: StoreConfiguration
        let snapshot: Snapshot
        let clock: ServiceClock
        private var version: Int64?

        init(_ configuration: StoreConfiguration, snapshot: Snapshot, clock: ServiceClock) {
            self.configuration = configuration
            self.snapshot = snapshot
            self.clock = clock
        }

        mutating func open() throws -> any SQLConnection {
            let connection = try configuration.connect(schema: SRSTables.schema, tables: SRSTables.tables)
            version = try version(of: connection)
            try snapshot.read(connection)
            return connection
        }

        mutating func run(_ jobs: [Work], on connection: any SQLConnection) -> StoreHealth {
            var failure: SQLError?
            for job in jobs {
                failure = job(.success(connection)) ?? failure
                connection.rollback()
            }
            do {
                try connection.relieve()
            } catch {
                failure = failure ?? error
            }
            return health(of: connection, after: failure)
        }

        mutating func refuse(_ jobs: [Work], because error: SQLError) {
            for job in jobs { _ = job(.failure(error)) }
        }

        mutating func tend(_ connection: any SQLConnection, isQuiet: Bool) -> StoreHealth {
            do {
                let found = try version(of: connection)
                guard found != version else { return .sound }
                try snapshot.read(connection)
                version = found
                return .sound
            } catch {
                return health(of: connection, after: SQLError(of: error))
            }
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
}

extension StoreClock {
    /// The same two clocks in the store's units.
    fileprivate init(_ clock: ServiceClock) {
        self.init(
            unixSeconds: clock.unixSeconds, monotonicMilliseconds: { clock.monotonic().milliseconds })
    }
}

extension SQLError {
    /// Any error as one of this type; the text of another type may hold values and is left out.
    init(of error: any Error) {
        self = error as? SQLError ?? SQLError(.other, "\(type(of: error))")
    }
}
