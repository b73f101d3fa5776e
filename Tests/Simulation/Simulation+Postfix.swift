import Frontend
import PostfixProtocol
import ServiceProtocol
import ServiceTransport

extension Simulation {
    /// The mail's current request; now and then Postfix asks again with the same attributes, as it does after it lost
    /// its connection.
    func send(mail: Int) {
        let request = mails[mail].request(mails[mail].steps[mails[mail].position], number: mail)
        if random.chance(8) {
            let again = now + random.pick([100, 30_000, 1_500_000, 12_000_000])
            queue.put(.repeated(request), at: again)
        }
        receive(request, mail: mail)
    }

    func receive(_ request: PolicyRequest, mail: Int?) {
        let instance = request.string(.instance)
        let state = request.protocolState
        var session = ReadingModel.Session()
        if !instance.isEmpty, let known = sessions[instance], known.expires > now { session = known }
        let model = ReadingModel(
            checks: scenario.states[state] ?? [], request: request, state: state.name,
            remembersRecipients: scenario.usesRecipients, session: session)
        let evaluation = Evaluation(
            tag: nextTag, mail: mail, started: now, isRefused: engine.inFlight >= scenario.maximumInFlight,
            deadline: scenario.deadline, model: model)
        nextTag += 1
        evaluations[evaluation.tag] = evaluation
        current = evaluation
        touched.append(evaluation)
        note("request \(evaluation.tag) \(state.name) \(instance) rcpt=\(request.string(.recipient))")
        tell {
            $0.receive(request, listenerPolicy: "default", tag: evaluation.tag, now: $1, actions: &$2)
        }
    }

    func carryOut(_ action: PolicyEngine.Action) {
        switch action {
        case .ask(let service, let ask): asked(service, ask)
        case .cancel(let service, let token): cancelled(service, token)
        case .uselessReply(let service):
            guard let index = Scenario.serviceNames.firstIndex(of: service) else { return }
            perform(index) { $0.failedByContent(now: $1, actions: &$2) }
        case .answer(let tag, _, let decision):
            answered(tag, decision)
            if sabotage == .answersTwice { answered(tag, decision) }
        }
    }

    private func cancelled(_ service: String, _ token: UInt64) {
        guard let index = Scenario.serviceNames.firstIndex(of: service) else { return }
        note("cancel \(service) \(token)")
        if outstanding.removeValue(forKey: token) == nil, !justDelivered.contains(token) {
            violate("a question is cancelled that is not open")
        }
        justCancelled.insert(token)
        clients[index].cancel(token: token)
    }

    private func answered(_ tag: UInt64, _ decision: PolicyDecision) {
        guard let evaluation = evaluations[tag] else {
            return violate(tag < nextTag ? "request \(tag) is answered twice" : "an answer to no request")
        }
        evaluation.isAnswered = true
        evaluations[tag] = nil
        var text = decision.action.text
        if sabotage == .forgetsCarriedAction, ActionText.waits(text, at: "RCPT") { text = "DUNNO" }
        note("answer \(tag) \(text) (\(decision.check ?? "-"))")
        if now > evaluation.policyDeadline + 1_000 {
            violate("request \(tag) is answered \(now - evaluation.policyDeadline) us after its deadline")
        }
        compare(text, with: evaluation)
        goOn(evaluation, reply: text)
    }

    private func compare(_ text: String, with evaluation: Evaluation) {
        switch evaluation.model.read(givesUp: evaluation.isRefused || now >= evaluation.policyDeadline) {
        case .needs(let position):
            guard isPredictable(evaluation) else { return }
            violate(
                "request \(evaluation.tag) is answered while \(evaluation.model.checks[position].name) is undecided")
        case .reply(let expected, let session):
            if isPredictable(evaluation), text != expected {
                violate("request \(evaluation.tag) is answered \"\(text)\" instead of \"\(expected)\"")
            }
            keep(session, of: evaluation)
        }
    }

    /// What was in a session that a tiny store may have forgotten is not known here.
    func isPredictable(_ evaluation: Evaluation) -> Bool {
        !scenario.hasSmallSessionStore || evaluation.instance.isEmpty
    }

    private func keep(_ session: ReadingModel.Session, of evaluation: Evaluation) {
        guard !evaluation.instance.isEmpty else { return }
        var session = session
        let isEnd = evaluation.model.state == "END-OF-MESSAGE"
        session.expires = now + (isEnd ? scenario.sessionLimits.afterEnd : scenario.sessionLimits.idle) * 1_000
        sessions[evaluation.instance] = session.isEmpty ? nil : session
    }

    private func goOn(_ evaluation: Evaluation, reply: String) {
        guard let mail = evaluation.mail, mails[mail].advance(reply: reply) else { return }
        queue.put(.request(mail: mail), at: now + random.pick([50, 5_000, 400_000]))
    }

    // MARK: Invariants

    /// The answer leaves as soon as no undecided check stands before it.
    func checkPromptness(_ evaluation: Evaluation) {
        guard !evaluation.isAnswered, isPredictable(evaluation) else { return }
        if case .reply(let text, _) = evaluation.model.read(givesUp: evaluation.isRefused) {
            violate("request \(evaluation.tag) is not answered although it is decided: \(text)")
        }
    }

    func checkBounds() {
        if events % 8 == 0 { checkOutcomes() }
        if engine.inFlight > scenario.maximumInFlight + 1 { violate("too many requests under way") }
        if engine.sessionCount > scenario.sessionLimits.sessions { violate("too many sessions") }
        let limits = scenario.limits
        for (service, client) in clients.enumerated() {
            // What a lost connection left unanswered waits beside the queue.
            let bound = limits.queued + limits.inFlight * scenario.services[service].endpoints * 3
            if client.unanswered > bound { violate("\(client.unanswered) questions wait for one service") }
        }
    }

    /// Every question has its outcome by the time it expires.
    private func checkOutcomes() {
        guard sabotage != .wakesLate else { return }
        for number in outstanding.values where questions[number].expires + 1_000 < now {
            violate("question \(number) has no outcome in time")
        }
    }

    func checkEnd() {
        for tag in evaluations.keys.sorted() { violate("request \(tag) was never answered") }
        if engine.inFlight > 0 || engine.nextWake != nil { violate("the engine still holds requests") }
        if !outstanding.isEmpty { violate("\(outstanding.count) questions have no outcome") }
        for (service, client) in clients.enumerated() {
            if client.unanswered > 0 { violate("a client still holds questions") }
            if client.nextWake != nil { violate("a client still has a timer") }
            for account in stores[service].wrongTotals { violate("the counter of \(account) is not what was counted") }
        }
    }
}
