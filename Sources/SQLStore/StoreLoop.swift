/// The loop of a store's thread: opens, takes batches, tends, opens again.
struct StoreLoop<Worker: StoreWorker> {
    private var worker: Worker
    private let mailbox: Mailbox<Worker.Job>
    private let limits: StoreLimits
    private let clock: StoreClock
    private let onStateChange: @Sendable (StoreState) -> Void

    private var connection: Worker.Connection?
    /// What was told last; nil before the first opening.
    private var state: StoreState?
    private var failure = SQLError(.unavailable, "not opened yet")
    private var pause = 0
    private var nextOpening = Int.min
    private var lastJob = 0
    private var lastTending = 0

    /// How often deadlines of held jobs are looked at without a connection, in milliseconds.
    private static var heldPeriod: Int { 20 }

    init(
        worker: Worker, mailbox: Mailbox<Worker.Job>, limits: StoreLimits, clock: StoreClock,
        onStateChange: @escaping @Sendable (StoreState) -> Void
    ) {
        self.worker = worker
        self.mailbox = mailbox
        self.limits = limits
        self.clock = clock
        self.onStateChange = onStateChange
    }

    /// Runs until the mailbox is closed and empty.
    mutating func run() {
        lastTending = clock.monotonicMilliseconds()
        while step() {}
        worker.abandon(because: failure)
        if let connection {
            worker.close(connection)
        }
    }

    private mutating func step() -> Bool {
        openIfDue()
        if worker.isHolding { handle([]) }
        switch mailbox.take(maximum: limits.maximumBatch, waiting: waitingTime()) {
        case .elements(let jobs): handle(jobs)
        case .nothing: break
        case .closed: return false
        }
        tendIfDue()
        return true
    }

    private mutating func handle(_ jobs: [Worker.Job]) {
        guard let connection else { return worker.refuse(jobs, because: failure) }
        let health = worker.run(jobs, on: connection)
        lastJob = clock.monotonicMilliseconds()
        note(health)
    }

    private mutating func note(_ health: StoreHealth) {
        switch health {
        case .sound:
            // Not when it is opened: what breaks at its first use must not be opened in a tight loop.
            pause = 0
        case .broken(let error):
            if let connection {
                worker.close(connection)
            }
            connection = nil
            postpone(error)
        }
    }

    // MARK: - Opening

    private mutating func openIfDue() {
        guard connection == nil, clock.monotonicMilliseconds() >= nextOpening else { return }
        do {
            connection = try worker.open()
            tell(.available)
        } catch {
            postpone(SQLError(wrapping: error))
        }
    }

    private mutating func postpone(_ error: SQLError) {
        failure = error
        pause = min(max(limits.firstReopenPause, pause &* 2), limits.longestReopenPause)
        nextOpening = clock.monotonicMilliseconds() &+ pause
        tell(.unavailable(error))
    }

    /// Tells a change once; another reason for the same state is no change.
    private mutating func tell(_ new: StoreState) {
        switch (state, new) {
        case (.available, .available), (.unavailable, .unavailable): return
        default: break
        }
        state = new
        onStateChange(new)
    }

    // MARK: - Time

    private func waitingTime() -> Int {
        let now = clock.monotonicMilliseconds()
        guard connection != nil else {
            let pause = max(0, nextOpening &- now)
            return worker.isHolding ? min(pause, Self.heldPeriod) : pause
        }
        guard !worker.isHolding else { return 0 }
        return max(1, max(lastJob &+ limits.quietPeriod, lastTending &+ limits.tendInterval) &- now)
    }

    private mutating func tendIfDue() {
        guard let connection else { return }
        let now = clock.monotonicMilliseconds()
        let isQuiet = now &- lastJob >= limits.quietPeriod
        let interval = isQuiet ? limits.tendInterval : limits.tendIntervalUnderLoad
        guard now &- lastTending >= interval else { return }
        lastTending = now
        if case .broken(let error) = worker.tend(connection, isQuiet: isQuiet) {
            note(.broken(error))
        }
    }
}
