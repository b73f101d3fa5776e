public import ServiceProtocol
public import ServiceTransport

/// When whose timed work is done, as a value: hellos, outcomes and the time in; questions and news out.
///
/// Runs are spread in time: each service's own, and those of several frontends, which begin with different seeds. A
/// service has at most one run at a time, with one question to it open, so upkeep takes at most one place among what
/// the hot path may ask of it.
public struct UpkeepSchedule: Sendable {
    /// Whose work it is.
    public enum Job: Sendable, Hashable {
        /// That of the service of this name.
        case service(String)
        /// The frontend's: the last known list of local domains.
        case localDomains

        /// For the log and the counters.
        public var name: String {
            switch self {
            case .service(let name): name
            case .localDomains: LocalDomainsFetch.factKind
            }
        }
    }

    /// How long and how often, in milliseconds unless they are numbers.
    public struct Limits: Sendable {
        /// One question, to the service or to a provider of facts.
        public var question = 10_000
        /// After that, until it is given up here.
        public var grace = 1_000
        /// One run.
        public var run = 120_000
        /// How often a service may need facts in one run.
        public var rounds = 256
        /// From the first hello to the first run.
        public var first = 500...5_000
        /// From a failed run to the next: the first time, doubled up to the job's own interval.
        public var retry = 10_000
        /// How long a due run is put off while the frontend has more to do than it may.
        public var putOff = 5_000

        /// The shipped values.
        public init() {}
    }

    /// What the driver has to do.
    public enum Action: Sendable {
        /// Ask this service; the outcome comes back with the ask's token.
        case ask(service: String, Ask)
        /// The outcome of this question no longer matters.
        case cancel(service: String, token: UInt64)
        /// A run has ended well. `isRecovery`: the one before had failed.
        case done(Job, isRecovery: Bool)
        /// A run has failed. `isFirst`: the one before had not.
        case failed(Job, String, isFirst: Bool)
        /// The list of local domains has come.
        case learned(LastKnownDomains)
    }

    private struct Entry: Sendable {
        var interval: Int
        var due: MonotonicInstant
        var failures = 0
        var run: UpkeepRun?
        /// Somebody has asked for another run while this one is under way.
        var isWantedAgain = false
        /// Tells the questions of this run from those of earlier ones.
        var number: UInt64 = 0
        var asked: [UInt64: Question] = [:]
    }

    private struct Question: Sendable {
        var service: String
        /// A while after it should have expired by itself: it may have been lost together with its client.
        var givenUp: MonotonicInstant
    }

    /// Which service provides a kind of fact; for runs that begin from now on.
    public var providers: [String: String]
    private let limits: Limits
    private var entries: [Job: Entry] = [:]
    private var numbers: [UInt64: Job] = [:]
    private var nextNumber: UInt64 = 1
    private var random: UInt64

    /// A schedule without jobs. Frontends that begin with different seeds do their work at different times.
    public init(providers: [String: String] = CheckCatalog.providers, limits: Limits = Limits(), seed: UInt64) {
        self.providers = providers
        self.limits = limits
        random = seed
    }

    // MARK: Jobs

    /// There is such work, each `seconds` unless its runs say otherwise.
    public mutating func offer(_ job: Job, every seconds: Int, now: MonotonicInstant) {
        guard entries[job] == nil else {
            // A service that is up again keeps its turn, unless it has become more eager.
            let next = now.advanced(byMilliseconds: spread(seconds))
            entries[job]?.interval = seconds
            if let due = entries[job]?.due { entries[job]?.due = min(due, next) }
            return
        }
        entries[job] = Entry(interval: seconds, due: now.advanced(byMilliseconds: pick(limits.first)))
    }

    /// Somebody wants the work to be done now. False: there is no such job.
    public mutating func hasten(_ job: Job, now: MonotonicInstant) -> Bool {
        guard let entry = entries[job] else { return false }
        if entry.run == nil { entries[job]?.due = now } else { entries[job]?.isWantedAgain = true }
        return true
    }

    /// There is no such work any more.
    public mutating func withdraw(_ job: Job, actions: inout [Action]) {
        guard let entry = entries.removeValue(forKey: job) else { return }
        numbers[entry.number] = nil
        for (token, question) in entry.asked { actions.append(.cancel(service: question.service, token: token)) }
    }

    /// The jobs there are.
    public var jobs: Set<Job> { Set(entries.keys) }

    // MARK: Time

    /// When the driver should call ``wake(now:isBusy:actions:)``; nil when nothing waits for a time.
    public var nextWake: MonotonicInstant? {
        entries.values.lazy.compactMap { entry in
            entry.run == nil ? entry.due : entry.asked.values.lazy.map(\.givenUp).min()
        }.min()
    }

    /// Gives up what was not answered, and begins what is due. While the frontend is busy that is put off.
    public mutating func wake(now: MonotonicInstant, isBusy: Bool, actions: inout [Action]) {
        for entry in Array(entries.values) {
            for (token, question) in entry.asked where question.givenUp <= now {
                actions.append(.cancel(service: question.service, token: token))
                receive(.failed(.expired), token: token, now: now, actions: &actions)
            }
        }
        for (job, entry) in entries where entry.run == nil && entry.due <= now {
            if isBusy {
                let later = now.advanced(byMilliseconds: pick(limits.putOff / 2...limits.putOff))
                entries[job]?.due = later
            } else {
                begin(job, now: now, actions: &actions)
            }
        }
    }

    private mutating func begin(_ job: Job, now: MonotonicInstant, actions: inout [Action]) {
        nextNumber = (nextNumber + 1) & Self.numberMask
        numbers[nextNumber] = job
        entries[job]?.number = nextNumber
        entries[job]?.isWantedAgain = false
        entries[job]?.run = UpkeepRun(of: job, providers: providers, limits: limits, now: now)
        step(job, now: now, actions: &actions) { run, effects in run.start(now: now, actions: &effects) }
    }

    /// A question's outcome.
    public mutating func receive(
        _ outcome: AskOutcome, token: UInt64, now: MonotonicInstant, actions: inout [Action]
    ) {
        guard let job = numbers[Self.number(ofToken: token)],
            entries[job]?.asked.removeValue(forKey: token) != nil
        else { return }
        step(job, now: now, actions: &actions) { run, effects in
            run.receive(outcome, of: Self.index(ofToken: token), now: now, actions: &effects)
        }
    }

    private mutating func step(
        _ job: Job, now: MonotonicInstant, actions: inout [Action],
        _ event: (inout UpkeepRun, inout [UpkeepRun.Action]) -> Void
    ) {
        // Taken out, or each page of a long list would copy what came before.
        guard entries[job]?.run != nil, var entry = entries.removeValue(forKey: job), var run = entry.run.take() else {
            return
        }
        var effects: [UpkeepRun.Action] = []
        event(&run, &effects)
        var isOver = false
        for effect in effects {
            switch effect {
            case .ask(let index, let service, let payload, let expires):
                let token = Self.token(entry.number, index: index)
                let givenUp = expires.advanced(byMilliseconds: limits.grace)
                entry.asked[token] = Question(service: service, givenUp: givenUp)
                let ask = Ask(token: token, payload: payload, expires: expires, isRepeatable: true, affinity: token)
                actions.append(.ask(service: service, ask))
            case .finish(let result):
                isOver = true
                finish(&entry, job, run, result, now: now, actions: &actions)
            }
        }
        if !isOver { entry.run = run }
        entries[job] = entry
    }

    private mutating func finish(
        _ entry: inout Entry, _ job: Job, _ run: UpkeepRun, _ result: UpkeepRun.Result, now: MonotonicInstant,
        actions: inout [Action]
    ) {
        numbers[entry.number] = nil
        entry.run = nil
        switch result {
        case .done(let next):
            if let fetch = run.fetch { actions.append(.learned(fetch.domains)) }
            actions.append(.done(job, isRecovery: entry.failures > 0))
            entry.failures = 0
            entry.due = entry.isWantedAgain ? now : now.advanced(byMilliseconds: spread(next))
        case .failed(let text):
            actions.append(.failed(job, text, isFirst: entry.failures == 0))
            entry.failures += 1
            let doubled = limits.retry << min(entry.failures - 1, 16)
            entry.due = now.advanced(byMilliseconds: spread(min(doubled / 1_000, max(entry.interval, 1))))
        }
    }

    // MARK: Spreading

    /// Milliseconds about that many seconds long: a tenth more or less.
    private mutating func spread(_ seconds: Int) -> Int {
        pick(seconds * 900...seconds * 1_100)
    }

    /// splitmix64; any spread will do.
    private mutating func pick(_ range: ClosedRange<Int>) -> Int {
        random &+= 0x9e37_79b9_7f4a_7c15
        var mixed = random
        mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        return range.lowerBound + Int((mixed ^ (mixed >> 31)) % UInt64(range.count))
    }

    // MARK: Tokens

    // The highest bit and the lowest sixteen mark them: a lookup's question has index 0 or 1 there.
    private static let mark: UInt64 = 1 << 63 | 0xffff
    private static let numberMask: UInt64 = 0x7fff_ffff

    /// Whether a token is one of an upkeep's question.
    public static func owns(_ token: UInt64) -> Bool { token & mark == mark }

    private static func token(_ number: UInt64, index: Int) -> UInt64 {
        mark | number << 32 | (UInt64(truncatingIfNeeded: index) & 0xffff) << 16
    }

    private static func number(ofToken token: UInt64) -> UInt64 { token >> 32 & numberMask }

    private static func index(ofToken token: UInt64) -> Int { Int(token >> 16 & 0xffff) }
}
