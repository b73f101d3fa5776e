internal import Logging
internal import SQLStore
internal import ServiceProtocol
internal import Synchronization

/// The table `srs_exclude_domains` and the original addresses that are kept. Lookups read a snapshot of the excluded
/// domains; the database is only touched on a thread of its own.
final class SRSStore: Sendable {
    private let shared: Shared
    private let alarm: StoreAlarm
    private let thread: StoreThread<SRSStoreWorker>

    /// What the store's thread and the event loop both look at.
    final class Shared: Sendable {
        /// The excluded domains as they were read last; nil before they could be read for the first time.
        let excluded = Mutex<ExcludedDomains?>(nil)
        /// How many originals may be kept.
        let bound: Mutex<OriginalsBound>

        init(bound: OriginalsBound) {
            self.bound = Mutex(bound)
        }

        /// Reads the table of excluded domains, on the store's thread.
        func readExclusions(_ connection: any SQLConnection) throws {
            let rows = try connection.query("SELECT domain FROM srs_exclude_domains")
            let read = ExcludedDomains(rows.compactMap { $0.first?.textValue })
            excluded.withLock { $0 = read }
        }
    }

    /// Starts the thread, which opens the database.
    init(_ configuration: StoreConfiguration, bound: OriginalsBound, clock: ServiceClock, log: Logger) throws {
        let shared = Shared(bound: bound)
        let alarm = StoreAlarm(
            onFailure: { log.error("database cannot be used: \($0)") },
            onRecovery: { log.notice("the database works again") })
        self.shared = shared
        self.alarm = alarm
        thread = try StoreThread(
            name: "srs-store", clock: StoreClock(clock),
            worker: SRSStoreWorker(configuration, shared: shared, clock: clock),
            onStateChange: { alarm.changed(to: $0) })
    }

    /// How the database stands.
    var standing: StoreAlarm.Standing { alarm.standing }

    /// The excluded domains as they were read last; nil before they could be read for the first time.
    var excluded: ExcludedDomains? {
        shared.excluded.withLock { $0 }
    }

    /// How many originals may be kept from now on.
    func limit(to bound: OriginalsBound) {
        shared.bound.withLock { $0 = bound }
    }

    /// Keeps an original, and answers when that is committed.
    func keep(
        _ original: SRSOriginal, until deadline: MonotonicInstant, _ answer: @escaping @Sendable (SRSJob.Answer) -> Void
    ) {
        submit(
            .question(
                SRSJob.Question(
                    original: original, identifier: original.identifier, deadline: deadline, answer: answer)))
    }

    /// Looks for an original.
    func find(
        _ identifier: Bytes16, until deadline: MonotonicInstant, _ answer: @escaping @Sendable (SRSJob.Answer) -> Void
    ) {
        submit(.question(SRSJob.Question(identifier: identifier, deadline: deadline, answer: answer)))
    }

    /// Does `work` on the store's thread, with an error at once when that is impossible.
    func perform(_ work: @escaping SRSJob.Work) {
        submit(.work(work))
    }

    private func submit(_ job: SRSJob) {
        guard !thread.submit(job) else { return }
        job.refuse(because: SQLError(.unavailable, "too much waits for the database"))
    }

    /// Reads the excluded domains, on the store's thread.
    func refresh(from connection: any SQLConnection) throws {
        try shared.readExclusions(connection)
    }

    /// Finishes what was handed in and closes the database.
    func stop() {
        thread.stop()
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
