internal import SQLStore
internal import ServiceProtocol

/// What the store's thread does: one job after the other, and now and then some rows that have expired are deleted.
struct SenderScoreWorker: StoreWorker {
    /// How often it cleans, in milliseconds, and how many rows at once.
    private static let cleaningInterval = 5_000
    private static let cleaningPortion: Int64 = 500

    private let configuration: StoreConfiguration
    private let clock: ServiceClock
    private let lifetime: ScoreLifetime
    private var nextCleaning = 0

    init(_ configuration: StoreConfiguration, lifetime: ScoreLifetime, clock: ServiceClock) {
        self.configuration = configuration
        self.lifetime = lifetime
        self.clock = clock
    }

    mutating func open() throws -> any SQLConnection {
        try configuration.connect(schema: SenderScoreTables.schema, tables: SenderScoreTables.tables)
    }

    mutating func run(_ jobs: [SenderScoreStore.Work], on connection: any SQLConnection) -> StoreHealth {
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

    mutating func refuse(_ jobs: [SenderScoreStore.Work], because error: SQLError) {
        for job in jobs { _ = job(.failure(error)) }
    }

    mutating func tend(_ connection: any SQLConnection, isQuiet: Bool) -> StoreHealth {
        let now = clock.monotonic().milliseconds
        guard now >= nextCleaning else { return .sound }
        nextCleaning = now + Self.cleaningInterval
        do {
            try clean(connection)
            return .sound
        } catch {
            return health(of: connection, after: SQLError(of: error))
        }
    }

    private func clean(_ connection: any SQLConnection) throws {
        let oldest = Int64(clock.unixSeconds() - lifetime.seconds)
        let expired = try connection.query(
            "SELECT client_address FROM senderscore_cache WHERE time < ? ORDER BY time LIMIT ?",
            [.integer(oldest), .integer(Self.cleaningPortion)])
        guard !expired.isEmpty else { return }
        try connection.transaction {
            try connection.execute(
                "DELETE FROM senderscore_cache WHERE client_address = ? AND time < ?",
                rows: expired.map { $0 + [.integer(oldest)] })
        }
    }

    mutating func close(_ connection: any SQLConnection) {
        connection.close()
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
