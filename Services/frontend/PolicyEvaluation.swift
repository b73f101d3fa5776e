internal import NIOCore
internal import PostfixProtocol
internal import ServiceProtocol
internal import ServiceTransport

/// The reading of one policy for one request, as a value: outcomes in, questions and a decision out.
///
/// No I/O and no clock: the moment is an argument, so every rule is a plain table test.
struct PolicyEvaluation: Sendable {
    /// What the engine has to do.
    enum Action {
        /// Ask a service. `index` comes back with the outcome.
        case ask(
            index: Int, service: String, payload: ByteBuffer, policy: PolicyRequest?, expires: MonotonicInstant,
            isRepeatable: Bool)
        /// The answer to this question no longer matters.
        case cancel(index: Int, service: String)
        /// This service's reply could not be used.
        case uselessReply(service: String)
        /// A fact was learned from this reply of its provider; a costly one about this client.
        case learned(FactName, String, client: String?, FactReply)
        /// The decision; the last action.
        case finish(PolicyDecision)
    }

    enum CheckState: Sendable {
        case undecided
        case skipped
        case decided(Verdict, reason: String, score: Double)
        case failed(FailureReason, String)
    }

    /// A question that was asked, or waits for facts before it is.
    struct OpenQuestion: Sendable {
        enum Purpose: Sendable {
            case checks(CheckGroup)
            /// Facts wanted by checks in general (`waiter` nil) or needed by one question.
            case facts(names: [FactName], waiter: Int?)
        }

        var service: String
        var purpose: Purpose
        var expires: MonotonicInstant
        var isOpen = true
        /// Rounds of `need` so far.
        var rounds = 0
        /// Facts it asked for, to be attached when it is asked again.
        var needed: [FactName] = []
        /// When it was sent first, and how long the service, and the facts it needed, took from there.
        var asked: MonotonicInstant?
        var took: Int?
        /// Fact questions it still waits for.
        var missing = 0
    }

    let plan: PolicyPlan
    let policies: PolicySet
    let request: PolicyRequest
    let started: MonotonicInstant
    let isDryRun: Bool
    let standing: ClientStanding
    /// What services are told when locality is unknown. The frontend's own rules go by what is known for certain.
    let lastKnown: LastKnownLocality
    var session: Session
    var facts = AttachedFacts()
    /// Set when nobody may be asked any more: too many requests, or out of time.
    var refusal: FailureReason?

    var states: [CheckState]
    var cursor = 0
    var stageIndex = -1
    var carried: CarriedActions
    var questions: [OpenQuestion] = []
    /// Questions that wait for wanted facts: index and the position of their stage's question.
    var held: [Int] = []
    var wantedFactsMissing = 0
    /// The cheap facts that a check wants for this request, and the costly ones it may need that are known already.
    var wantedFacts: [(position: Int, name: FactName)] = []
    var remarks: [PolicyDecision.Remark] = []
    var outcomes: [(position: Int, outcome: PolicyDecision.Outcome)] = []
    var steps: [PolicyDecision.Step]?
    var isFinished = false
    var recordingKey: RecordingKey??

    init(
        plan: PolicyPlan, policies: PolicySet, request: PolicyRequest, session: Session, started: MonotonicInstant,
        isDryRun: Bool = false, isTraced: Bool = false, refusal: FailureReason? = nil,
        lastKnown: LastKnownLocality = LastKnownLocality()
    ) {
        self.plan = plan
        self.policies = policies
        self.request = request
        self.session = session
        self.started = started
        self.isDryRun = isDryRun
        self.lastKnown = lastKnown
        self.refusal = refusal
        standing = Self.standing(of: request, plan, policies)
        states = plan.beginning(for: standing)
        carried = CarriedActions(waiting: session.waiting)
        steps = isTraced ? [] : nil
    }

    /// Begins: asks for the wanted facts, begins the first stage.
    mutating func start(knownFact: (FactName) -> String?, now: MonotonicInstant, actions: inout [Action]) {
        askForWantedFacts(knownFact: knownFact, now: now, actions: &actions)
        beginNextStage(now: now, actions: &actions)
        read(now: now, actions: &actions)
    }

    /// The outcome of a question.
    mutating func receive(_ outcome: AskOutcome, of index: Int, now: MonotonicInstant, actions: inout [Action]) {
        guard !isFinished, questions.indices.contains(index), questions[index].isOpen else { return }
        questions[index].isOpen = false
        switch questions[index].purpose {
        case .checks(let checks):
            questions[index].took = questions[index].asked.map { now.microseconds(since: $0) }
            receiveChecks(outcome, of: index, checks, now: now, actions: &actions)
        case .facts(let names, let waiter):
            receiveFacts(outcome, of: index, names: names, waiter: waiter, now: now, actions: &actions)
        }
        read(now: now, actions: &actions)
    }

    /// The whole request's time is up: what is undecided goes by its failure rule.
    mutating func runOutOfTime(now: MonotonicInstant, actions: inout [Action]) {
        guard !isFinished else { return }
        refusal = .deadline
        held = []
        wantedFactsMissing = 0
        if plan.stages.indices.contains(stageIndex) {
            for position in plan.stages[stageIndex].checks { fail(position, .deadline) }
        }
        read(now: now, actions: &actions)
    }

    /// When the whole request must be answered.
    var deadline: MonotonicInstant { started.advanced(byMilliseconds: policies.deadline) }

    /// A check is undecided no longer: its failure rule applies when reading comes to it.
    mutating func fail(_ position: Int, _ reason: FailureReason, _ text: String? = nil) {
        if case .undecided = states[position] { states[position] = .failed(reason, text ?? reason.text) }
    }

    private static func standing(
        of request: PolicyRequest, _ plan: PolicyPlan, _ policies: PolicySet
    ) -> ClientStanding {
        if !request.isEmpty(.saslUsername) { return .authenticated }
        return plan.asksForTrust && policies.trusts(request) ? .trusted : .other
    }

    mutating func trace(_ name: String, _ text: @autoclosure () -> String, now: MonotonicInstant) {
        guard steps != nil else { return }
        let elapsed = now.microseconds(since: started)
        steps?.append(PolicyDecision.Step(microseconds: elapsed, name: name, text: text()))
    }
}
