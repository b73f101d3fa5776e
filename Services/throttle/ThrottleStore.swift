internal import Logging
internal import SQLStore
internal import ServiceProtocol

/// The service's store: batches of messages, and management in between.
struct ThrottleStore: Sendable {
    let rules = SharedRules()
    let alarm: StoreAlarm
    private let engine: any ThrottleEngine

    init(_ configuration: StoreConfiguration, clock: ServiceClock, log: Logger) throws {
        let alarm = StoreAlarm(
            onFailure: { log.error("the database fails, the check's failure rule applies: \($0)") },
            onRecovery: { log.notice("the database works again") })
        self.alarm = alarm
        let parts = Parts(rules: rules, alarm: alarm, clock: clock, log: log)
        engine =
            switch configuration.engine {
            case .sqlite(let file): try parts.engine { try SQLiteConnection(file, schema: throttleSchema) }
            case .postgreSQL(let server): try parts.engine { try PostgreSQLConnection(server) }
            case .mariaDB(let server): try parts.engine { try MariaDBConnection(server) }
            }
    }

    /// What a store on any engine is made of.
    private struct Parts {
        var rules: SharedRules
        var alarm: StoreAlarm
        var clock: ServiceClock
        var log: Logger

        func engine<Connection: ThrottleConnection>(
            opening open: @escaping @Sendable () throws -> Connection
        ) throws -> any ThrottleEngine {
            let handler = ThrottleHandler<Connection>(shared: rules, log: log)
            return try RecordingStore(
                name: "throttle", handler: handler, clock: StoreClock(clock), open: open,
                onStateChange: { [alarm] in alarm.changed(to: $0) })
        }
    }

    /// Decides a message and counts it.
    /// - Returns: False when too many wait already.
    func submit(
        _ operation: ThrottleOperation, completion: @escaping @Sendable (RecordingResult<ThrottleVerdict>) -> Void
    ) -> Bool {
        engine.submit(operation) { [alarm] result in
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
        engine.run(command, now: now, completion: completion)
    }

    func stop() {
        engine.stop()
    }
}

extension StoreClock {
    /// The same two clocks, in the store's units.
    init(_ clock: ServiceClock) {
        self.init(
            unixSeconds: clock.unixSeconds, monotonicMilliseconds: { clock.monotonic().milliseconds })
    }
}
