internal import Logging
internal import MailTypes
internal import SQLStore
internal import ServiceProtocol
internal import Synchronization

/// The table `senderscore_cache`, on a thread of its own. It is opened when it is needed for the first time.
final class SenderScoreStore: Sendable {
    /// Something to do with the connection; the error if there is none, or if it failed.
    typealias Work = @Sendable (Result<any SQLConnection, SQLError>) -> SQLError?

    /// A row.
    struct Entry: Sendable, Equatable {
        /// 0 to 100; nil where the zone has none for the client.
        var score: Int?
        /// When it was asked for, in Unix seconds.
        var time: Int

        /// The time of a row that an administrator wrote, which holds until it is deleted: 2099-12-31.
        static let permanent = 4_102_444_799
    }

    let configuration: StoreConfiguration
    private let clock: ServiceClock
    private let alarm: StoreAlarm
    private let thread = Mutex<StoreThread<SenderScoreWorker>?>(nil)
    private let isStopped = Mutex(false)
    /// How long a score is kept.
    let lifetime: ScoreLifetime

    init(_ configuration: StoreConfiguration, lifetime: ScoreLifetime, clock: ServiceClock, log: Logger) {
        self.configuration = configuration
        self.clock = clock
        self.lifetime = lifetime
        alarm = StoreAlarm(
            onFailure: { log.error("scores are not kept, the database cannot be used: \($0)") },
            onRecovery: { log.notice("the database works again") })
    }

    /// How the database stands; nil while it was not needed.
    var standing: StoreAlarm.Standing? {
        thread.withLock { $0 == nil } ? nil : alarm.standing
    }

    /// The row of a client, if it still holds; nil for none, and when the database cannot be read.
    func entry(of client: IPAddress, completion: @escaping @Sendable (Entry?) -> Void) {
        let oldest = clock.unixSeconds() - lifetime.seconds
        perform { result in
            do {
                let rows = try result.get().query(
                    "SELECT score, time FROM senderscore_cache WHERE client_address = ? AND time > ?",
                    [.text(client.description), .integer(Int64(oldest))])
                completion(rows.first.flatMap(Self.entry))
                return nil
            } catch {
                completion(nil)
                return SQLError(of: error)
            }
        }
    }

    private static func entry(_ row: [SQLValue]) -> Entry? {
        guard row.count == 2, let time = row[1].integerValue else { return nil }
        return Entry(score: row[0].integerValue.map { Int(clamping: $0) }, time: Int(clamping: time))
    }

    /// Keeps a row. That it cannot be kept is told in the log; the score holds all the same.
    func keep(_ entry: Entry, of client: IPAddress) {
        perform { result in
            do {
                let connection = try result.get()
                try Self.write(entry, of: client, to: connection)
                return nil
            } catch {
                return SQLError(of: error)
            }
        }
    }

    static func write(_ entry: Entry, of client: IPAddress, to connection: any SQLConnection) throws {
        try connection.execute(
            SenderScoreTables.upsert(connection.dialect),
            [
                .text(client.description), entry.score.map { .integer(Int64($0)) } ?? .null,
                .integer(Int64(entry.time)),
            ])
    }

    /// Does `work` on the store's thread, with an error at once when that is impossible.
    func perform(_ work: @escaping Work) {
        guard let thread = opened(), thread.submit(work) else {
            _ = work(.failure(SQLError(.unavailable, "too much waits for the database")))
            return
        }
    }

    private func opened() -> StoreThread<SenderScoreWorker>? {
        guard !isStopped.withLock({ $0 }) else { return nil }
        return thread.withLock { thread in
            if let thread { return thread }
            let alarm = alarm
            do {
                thread = try StoreThread(
                    name: "score-store", clock: StoreClock(clock),
                    worker: SenderScoreWorker(configuration, lifetime: lifetime, clock: clock),
                    onStateChange: { alarm.changed(to: $0) })
            } catch {
                alarm.failed(SQLError(of: error))
            }
            return thread
        }
    }

    /// Finishes what was handed in and closes the database.
    func stop() {
        isStopped.withLock { $0 = true }
        thread.withLock { $0 }?.stop()
    }
}

/// How long a score is kept; a reload may change it.
final class ScoreLifetime: Sendable {
    private let value: Mutex<Int>

    init(days: Int) {
        value = Mutex(days * 86_400)
    }

    /// In seconds.
    var seconds: Int { value.withLock { $0 } }

    /// Takes another one.
    func change(days: Int) {
        value.withLock { $0 = days * 86_400 }
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
