internal import DequeModule
internal import NIOCore
public import PostfixProtocol
public import ServiceProtocol
public import ServiceTransport

/// All policy requests under way, as a value: requests, replies and the clock in; questions and answers out.
///
/// It keeps the sessions and the cheap facts; it does no I/O, so the whole frontend can be simulated.
public struct PolicyEngine: Sendable {
    /// What the driver has to do.
    public enum Action: Sendable {
        /// Ask this service; the outcome comes back with the ask's token.
        case ask(service: String, Ask)
        /// The outcome of this question no longer matters.
        case cancel(service: String, token: UInt64)
        /// The service's reply could not be used.
        case uselessReply(service: String)
        /// Answer the request that came with this tag.
        case answer(tag: UInt64, request: PolicyRequest, PolicyDecision)
    }

    /// How a request is to be treated beside its attributes.
    public struct Options: Sendable {
        /// Decide and record nothing.
        public var isDryRun = false
        /// Keep the steps.
        public var isTraced = false

        /// A plain request.
        public init() {}
    }

    private struct Entry: Sendable {
        var evaluation: PolicyEvaluation
        var tag: UInt64
        var instance: MessageInstance
        /// The same for all mail of one account, so that one instance of a service sees it.
        var affinity: UInt64
    }

    private typealias ID = EvaluationTable<Entry>.ID

    /// The policies for requests from now on; those under way keep theirs.
    public var policies: PolicySet
    /// What locality goes by when its provider cannot tell it; for requests from now on.
    public var lastKnown = LastKnownLocality()
    /// Requests under way beyond which the failure rules apply at once.
    public var maximumInFlight: Int
    private var table = EvaluationTable<Entry>()
    private var sessions: SessionStore
    private var factCache: FactCache
    private var costlyFacts = FactCache.costly()
    /// The memory of the last event's effects, for the next one.
    private var spareEffects: [PolicyEvaluation.Action] = []
    private var deadlines = Deque<(at: MonotonicInstant, id: ID)>()
    /// Bit 63 of each token; tells this engine's questions from another's.
    private let tokenMark: UInt64

    /// An engine for `policies` with at most `maximumInFlight` requests under way.
    public init(
        policies: PolicySet, maximumInFlight: Int = 10_000, sessionLimits: SessionStore.Limits = .init(),
        factCache: FactCache = FactCache(), tokenMark: UInt64 = 0
    ) {
        self.policies = policies
        self.maximumInFlight = maximumInFlight
        sessions = SessionStore(limits: sessionLimits)
        self.factCache = factCache
        self.tokenMark = tokenMark
    }

    /// How much is remembered of messages, and how long.
    public var sessionLimits: SessionStore.Limits {
        get { sessions.limits }
        set { sessions.limits = newValue }
    }

    /// How many requests are under way.
    public var inFlight: Int { table.count }

    /// How many sessions are kept.
    public var sessionCount: Int { sessions.count }

    /// A request came in.
    ///
    /// - Parameter tag: the driver's own name for it; comes back with the answer.
    public mutating func receive(
        _ request: PolicyRequest, listenerPolicy: String, tag: UInt64, options: Options = Options(),
        now: MonotonicInstant, actions: inout [Action]
    ) {
        let instance = MessageInstance(of: request)
        let session = sessions.session(of: instance, now: now)
        let policy = policies.policyName(for: request, listenerPolicy: listenerPolicy)
        let state = request.protocolState
        guard let plan = policies.plans[policy]?[state] ?? Self.emptyPlan(policy, state, session) else {
            if !options.isDryRun { endSession(session, of: instance, at: state, now: now) }
            actions.append(.answer(tag: tag, request: request, Self.nothingToSay))
            return
        }
        let isFull = table.count >= maximumInFlight
        let tenant = EvaluationTable<Entry>.Tenant(
            Entry(
                evaluation: PolicyEvaluation(
                    plan: plan, policies: policies, request: request, session: session, started: now,
                    isDryRun: options.isDryRun, isTraced: options.isTraced,
                    refusal: isFull ? .tooMany : nil, lastKnown: lastKnown),
                tag: tag, instance: instance, affinity: 0))
        var effects: [PolicyEvaluation.Action] = []
        swap(&effects, &spareEffects)
        if !(costlyFacts.isEmpty && session.facts.isEmpty) {
            let client = request.string(.clientAddress)
            tenant.element.evaluation.recallNeededFacts { costlyFacts.value(of: $0, client: client, now: now) }
        }
        tenant.element.evaluation.start(
            knownFact: { factCache.value(of: $0, now: now) }, now: now, actions: &effects)
        if effects.count == 1, case .finish = effects[0], case .finish(let decision)? = effects.popLast() {
            // Nobody had to be asked, so it need not be kept.
            if !options.isDryRun { endSession(tenant.element.evaluation.session, of: instance, at: state, now: now) }
            actions.append(.answer(tag: tag, request: request, decision))
            swap(&effects, &spareEffects)
            return
        }
        let affinity = Self.affinity(of: request)
        tenant.element.affinity = affinity
        let id = table.insert(consume tenant)
        noteDeadline(now.advanced(byMilliseconds: policies.deadline), of: id)
        carryOut(&effects, of: id, affinity: affinity, now: now, actions: &actions)
    }

    /// A question's outcome.
    public mutating func receive(
        _ outcome: AskOutcome, token: UInt64, now: MonotonicInstant, actions: inout [Action]
    ) {
        let plain = token & ~(1 << 63)
        step(ID(token: plain), now: now, actions: &actions) { evaluation, effects in
            evaluation.receive(outcome, of: ID.index(ofToken: plain), now: now, actions: &effects)
        }
    }

    /// When the driver should call ``wake(now:actions:)``; nil when nothing is under way.
    public var nextWake: MonotonicInstant? { deadlines.first?.at }

    /// Time has passed: requests whose deadline is over are answered by their failure rules.
    public mutating func wake(now: MonotonicInstant, actions: inout [Action]) {
        while let first = deadlines.first, first.at <= now {
            deadlines.removeFirst()
            step(first.id, now: now, actions: &actions) { evaluation, effects in
                evaluation.runOutOfTime(now: now, actions: &effects)
            }
        }
        sessions.forgetExpired(now: now)
    }

    private mutating func step(
        _ id: ID, now: MonotonicInstant, actions: inout [Action],
        _ event: (inout PolicyEvaluation, inout [PolicyEvaluation.Action]) -> Void
    ) {
        var effects: [PolicyEvaluation.Action] = []
        swap(&effects, &spareEffects)
        var affinity: UInt64 = 0
        table.update(id) { entry in
            event(&entry.evaluation, &effects)
            affinity = entry.affinity
        }
        carryOut(&effects, of: id, affinity: affinity, now: now, actions: &actions)
    }

    private mutating func carryOut(
        _ effects: inout [PolicyEvaluation.Action], of id: ID, affinity: UInt64, now: MonotonicInstant,
        actions: inout [Action]
    ) {
        // They are moved out from the end; there is nearly always one.
        if effects.count > 1 { effects.reverse() }
        while let effect = effects.popLast() {
            carryOut(effect, of: id, affinity: affinity, now: now, actions: &actions)
        }
        swap(&effects, &spareEffects)
        dropSettledDeadlines()
    }

    private mutating func carryOut(
        _ effect: consuming PolicyEvaluation.Action, of id: ID, affinity: UInt64, now: MonotonicInstant,
        actions: inout [Action]
    ) {
        switch consume effect {
        case .ask(let index, let service, let payload, let policy, let expires, let isRepeatable):
            let token = id.token(index: index) | tokenMark
            let ask = Ask(
                token: token, payload: payload, policy: policy, expires: expires, isRepeatable: isRepeatable,
                affinity: affinity)
            actions.append(.ask(service: service, ask))
        case .cancel(let index, let service):
            actions.append(.cancel(service: service, token: id.token(index: index) | tokenMark))
        case .uselessReply(let service):
            actions.append(.uselessReply(service: service))
        case .learned(let name, let value, let client, let reply):
            if let client {
                costlyFacts.keep(value, of: name, client: client, lifetime: reply.lifetime, now: now)
            } else {
                factCache.keep(value, of: name, revision: reply.revision, now: now)
            }
        case .finish(let decision):
            finish(decision, of: id, now: now, actions: &actions)
        }
    }

    private mutating func finish(
        _ decision: PolicyDecision, of id: ID, now: MonotonicInstant, actions: inout [Action]
    ) {
        guard let tenant = table.take(id) else { return }
        let request = tenant.element.evaluation.request
        if !tenant.element.evaluation.isDryRun {
            endSession(
                tenant.element.evaluation.session, of: tenant.element.instance, at: request.protocolState, now: now)
        }
        actions.append(.answer(tag: tenant.element.tag, request: request, decision))
    }

    private mutating func endSession(
        _ session: Session, of instance: MessageInstance, at state: ProtocolState, now: MonotonicInstant
    ) {
        guard instance.length > 0, !session.isEmpty || sessions.count > 0 else { return }
        sessions.keep(session, of: instance, hasEnded: state == .endOfMessage, now: now)
    }

    /// In order of time, also when new policies came with a shorter deadline.
    private mutating func noteDeadline(_ deadline: MonotonicInstant, of id: ID) {
        var place = deadlines.endIndex
        while place > deadlines.startIndex, deadlines[place - 1].at > deadline { place -= 1 }
        deadlines.insert((deadline, id), at: place)
    }

    /// Deadlines of requests already answered need no wake-up.
    private mutating func dropSettledDeadlines() {
        while let first = deadlines.first, !table.contains(first.id) { deadlines.removeFirst() }
    }

    /// A state without a policy still delivers what waits in the session.
    private static func emptyPlan(_ policy: String, _ state: ProtocolState, _ session: Session) -> PolicyPlan? {
        session.waiting.isEmpty ? nil : PolicyPlan(policy: policy, state: state, checks: [])
    }

    /// FNV-1a over the login name, else the sender.
    private static func affinity(of request: PolicyRequest) -> UInt64 {
        request.withBytes(of: request.isEmpty(.saslUsername) ? .sender : .saslUsername) { account in
            account.reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
        }
    }

    private static let nothingToSay = PolicyDecision(
        action: .dunno, check: nil, reason: "no policy for this state", plan: nil, remarks: [], outcomes: [],
        answers: [],
        steps: [], microseconds: 0)
}
