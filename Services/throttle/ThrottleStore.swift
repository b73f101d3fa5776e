internal import Logging
internal import SQLStore
internal import ServiceProtocol

/// The service's store: batches of messages, and management in between.
struct ThrottleStore: Sendable {
    typealias Handler = ThrottleHandler<SQLiteConnection>

    let rules = SharedRules()
    let alarm: StoreAlarm
    private let store: RecordingStore<Handler>

    init(database: String, clock: ServiceClock, log: Logger) throws {
        let alarm = StoreAlarm(
            onFailure: { log.error("the database fails, the check's failure rule applies: \($0)") },
            onRecovery: { log.notice("the database works again") })
        self.alarm = alarm
        store = try RecordingStore(
            name: "throttle", handler: Handler(shared: rules, log: log), clock: StoreClock(clock),
            open: {
                try SQLiteConnection(SQLiteConfiguration(path: database), schema: throttleSchema)
            },
            onStateChange: { alarm.changed(to: $0) })
    }

    /// Decides a message and counts it.
    /// - Returns: False when too many wait already.
    func submit(
        _ operation: ThrottleOperation, completion: @escaping @Sendable (RecordingResult<ThrottleVerdict>) -> Void
    ) -> Bool {
        store.submit(operation) { [alarm] result in
            switch result {
            case .decided, .repeated: alarm.worked()
            case .failed(let error), .unavailable(let error): alarm.failed(error)
            case .expired: break
            }
            completion(result)
        }
    }

    /// Carries a management verb out.
    /// - Returns: False when too many jobs wait already.
    func run(_ command: ThrottleCommand, now: Int, completion: @escaping @Sendable (AdminReply) -> Void) -> Bool {
        store.performWithHandler(
            { connection, handler in
                let reply = try connection.transaction { try command.run(on: connection) }
                // It is done: what fails from here on is made up for by the store's timed work.
                _ = try? handler.refresh(connection)
                if case .deleteSetting = command { try? handler.cleanNow(connection, now: Int64(now)) }
                return reply
            },
            completion: { result in
                switch result {
                case .success(let reply): completion(reply)
                case .failure(let error): completion(.failed("the database refused it: \(error)"))
                }
            })
    }

    func stop() {
        store.stop()
    }
}

extension StoreClock {
    /// The same two clocks, in the store's units.
    init(_ clock: ServiceClock) {
        self.init(
            unixSeconds: clock.unixSeconds, monotonicMilliseconds: { clock.monotonic().milliseconds })
    }
}
