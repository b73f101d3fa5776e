internal import SQLStore
internal import ServiceProtocol

/// Greylisting on the databases of one engine: a store's thread, and the attempts that wait for it.
final class GreylistStoreEngine<Connection: GreylistConnection>: GreylistEngine {
    let store: RecordingStore<GreylistHandler<Connection>>
    let inbox = GreylistInbox()
    let cache: PassedClientCache
    let alarm: StoreAlarm
    let clock: ServiceClock

    /// An engine that opens its database on a thread of its own.
    /// - Throws: `SQLError` when no thread can be started.
    init(
        cache: PassedClientCache, alarm: StoreAlarm, clock: ServiceClock,
        timing: @escaping @Sendable () -> GreylistTiming, open: @escaping @Sendable () throws -> Connection
    ) throws {
        var limits = StoreLimits()
        // Verbs of other processes show within a second, also when every client is known from the cache.
        limits.tendInterval = 500
        store = try RecordingStore(
            name: "greylist-store", handler: GreylistHandler(clock: clock, cache: cache, timing: timing),
            limits: limits,
            clock: StoreClock(
                unixSeconds: clock.unixSeconds, monotonicMilliseconds: { clock.monotonic().milliseconds }),
            open: open, onTendingFailure: { alarm.failed($0) }, onStateChange: { alarm.changed(to: $0) })
        self.cache = cache
        self.alarm = alarm
        self.clock = clock
    }

    func administer(_ verb: GreylistVerb, reply: @escaping @Sendable (Result<AdminReply, SQLError>?) -> Void) {
        let isTaken = store.performWithHandler(
            { _, handler in
                let store = try handler.opened()
                guard !verb.isListing else { return try store.list(verb) }
                return try Self.change(verb, store, &handler)
            },
            completion: { [alarm] result in
                if case .failure(let error) = result { alarm.failed(error) }
                reply(result)
            })
        if !isTaken { reply(nil) }
    }

    private static func change(
        _ verb: GreylistVerb, _ store: GreylistStore<Connection>, _ handler: inout GreylistHandler<Connection>
    ) throws -> AdminReply {
        let answer = try store.connection.transaction {
            let answer = try store.change(verb)
            try store.advanceRevision()
            return answer
        }
        try handler.showChanges()
        return answer
    }

    func stop() {
        // What waits for a look may have to be recorded, so the looks come before the store is closed.
        while !inbox.isIdle {
            let gate = Gate()
            guard store.perform({ _ in }, completion: { _ in gate.open() }) else { break }
            gate.wait()
        }
        store.stop()
    }
}
