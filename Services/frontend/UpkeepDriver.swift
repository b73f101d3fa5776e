internal import Logging
internal import NIOCore
internal import NIOPosix
internal import ServiceProtocol
internal import ServiceTransport

/// Drives an ``UpkeepSchedule`` with real time, and keeps the last known list of local domains in memory and on disk.
final class UpkeepDriver {
    private let eventLoop: any EventLoop
    private let log: Logger
    private let file: LocalDomainsFile
    private var schedule: UpkeepSchedule
    private var task: Scheduled<Void>?
    private var isStopped = false
    private var written: LastKnownDomains?
    private var isWriteFailing = false
    /// One thread, made when there is something to write: a disk that hangs must not hang the event loop.
    private var writer: NIOThreadPool?

    /// The frontend's side.
    struct Surroundings {
        /// Asks a service; the outcome comes back through ``UpkeepDriver/deliver(_:_:)``.
        var ask: (String, Ask) -> Void
        /// Cancels a question.
        var cancel: (String, UInt64) -> Void
        /// Whether the frontend has more to do than it may.
        var isBusy: () -> Bool
        /// Takes a list of local domains over.
        var learned: (LastKnownDomains) -> Void
        /// Counts an event.
        var count: (String) -> Void
    }

    private let surroundings: Surroundings

    init(
        eventLoop: any EventLoop, log: Logger, stateDirectory: String, providers: [String: String],
        surroundings: Surroundings
    ) {
        self.eventLoop = eventLoop
        self.log = log
        self.surroundings = surroundings
        file = LocalDomainsFile(stateDirectory: stateDirectory)
        schedule = UpkeepSchedule(providers: providers, seed: .random(in: 0 ... .max))
    }

    /// Reads the list that an earlier process left, and begins.
    func start() {
        do {
            if let domains = try file.read() {
                written = domains
                surroundings.learned(domains)
                log.info("\(domains.count) local domains known from \(file.path)")
            }
        } catch {
            log.warning("\(file.path) is ignored until it is fetched anew: \(error)")
        }
        offer(.localDomains, every: LocalDomainsFetch.interval)
    }

    /// A service said hello.
    func greeted(by service: String, _ hello: Hello) {
        if let seconds = hello.upkeep {
            offer(.service(service), every: seconds)
        } else {
            withdraw(.service(service))
        }
    }

    /// Another configuration holds.
    func apply(providers: [String: String], services: Set<String>) {
        schedule.providers = providers
        for case .service(let name) in schedule.jobs where !services.contains(name) { withdraw(.service(name)) }
    }

    /// Somebody wants a service's timed work to be done now. False: it has none, as far as is known.
    func hasten(_ service: String) -> Bool {
        var isKnown = false
        perform { schedule, now, _ in isKnown = schedule.hasten(.service(service), now: now) }
        return isKnown
    }

    /// A question's outcome.
    func deliver(_ token: UInt64, _ outcome: AskOutcome) {
        perform { schedule, now, actions in
            schedule.receive(outcome, token: token, now: now, actions: &actions)
        }
    }

    /// Nothing is begun any more.
    func stop() {
        isStopped = true
        task?.cancel()
        writer?.shutdownGracefully { _ in }
    }

    private func offer(_ job: UpkeepSchedule.Job, every seconds: Int) {
        perform { schedule, now, _ in schedule.offer(job, every: seconds, now: now) }
    }

    private func withdraw(_ job: UpkeepSchedule.Job) {
        perform { schedule, _, actions in schedule.withdraw(job, actions: &actions) }
    }

    private func perform(
        _ event: (inout UpkeepSchedule, MonotonicInstant, inout [UpkeepSchedule.Action]) -> Void
    ) {
        var actions: [UpkeepSchedule.Action] = []
        event(&schedule, MonotonicInstant.now, &actions)
        for action in actions { carryOut(action) }
        scheduleWake()
    }

    private func carryOut(_ action: UpkeepSchedule.Action) {
        switch action {
        case .ask(let service, let ask): surroundings.ask(service, ask)
        case .cancel(let service, let token): surroundings.cancel(service, token)
        case .learned(let domains): keep(domains)
        case .done(let job, let isRecovery):
            surroundings.count("upkeep.\(job.name).done")
            if isRecovery { log.info("upkeep of \(job.name) works again") }
        case .failed(let job, let text, let isFirst):
            surroundings.count("upkeep.\(job.name).failed")
            if isFirst { log.warning("upkeep of \(job.name) failed and is tried again: \(text)") }
        }
    }

    private func scheduleWake() {
        task?.cancel()
        guard !isStopped, let next = schedule.nextWake else { return }
        let pause = max(next.microseconds(since: MonotonicInstant.now), 0)
        let this = NIOLoopBound(self, eventLoop: eventLoop)
        task = eventLoop.scheduleTask(in: .microseconds(Int64(pause))) { this.value.wake() }
    }

    private func wake() {
        let isBusy = surroundings.isBusy()
        perform { schedule, now, actions in schedule.wake(now: now, isBusy: isBusy, actions: &actions) }
    }

    // MARK: The list

    private func keep(_ domains: LastKnownDomains) {
        surroundings.learned(domains)
        guard domains != written, !isStopped else { return }
        let pool = startedWriter()
        let file = file
        pool.runIfActive(eventLoop: eventLoop) { try file.write(domains) }.assumeIsolated().whenComplete { result in
            self.wrote(domains, result)
        }
    }

    private func startedWriter() -> NIOThreadPool {
        if let writer { return writer }
        let made = NIOThreadPool(numberOfThreads: 1)
        made.start()
        writer = made
        return made
    }

    private func wrote(_ domains: LastKnownDomains, _ result: Result<Void, any Error>) {
        switch result {
        case .success:
            written = domains
            isWriteFailing = false
        case .failure(let error):
            if !isWriteFailing, !isStopped { log.warning("the local domains are not kept on disk: \(error)") }
            isWriteFailing = true
        }
    }
}
