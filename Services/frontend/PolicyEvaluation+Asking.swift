internal import MailTypes
internal import NIOCore
internal import PostfixProtocol
internal import ServiceProtocol
internal import ServiceTransport

extension PolicyEvaluation {
    /// Begins the next stage: the frontend's own checks are decided, each service is asked once.
    mutating func beginNextStage(now: MonotonicInstant, actions: inout [Action]) {
        stageIndex += 1
        guard plan.stages.indices.contains(stageIndex) else { return }
        let stage = plan.stages[stageIndex]
        if carried.hasDeferral { skipRecording(stage.checks) }
        for position in stage.own { decideHere(position) }
        for question in stage.questions { open(question, now: now, actions: &actions) }
    }

    /// What is deferred comes again, and is recorded then.
    private mutating func skipRecording(_ positions: Range<Int>) {
        for position in positions where plan.checks[position].definition.records {
            if case .undecided = states[position] { states[position] = .skipped }
        }
    }

    private mutating func decideHere(_ position: Int) {
        guard case .frontend(let check) = plan.checks[position].definition.decider,
            case .undecided = states[position]
        else { return }
        let context = FrontendCheck.Context(hostnames: policies.hostnames, score: session.score)
        let (verdict, reason) = check.decide(request, context)
        states[position] = .decided(verdict, reason: reason, score: 0)
    }

    private mutating func open(_ question: Stage.Question, now: MonotonicInstant, actions: inout [Action]) {
        let applicable = question.applicable[standing.rawValue]
        if !session.verdicts.isEmpty {
            for position in applicable.positions { recallVerdict(position) }
        }
        let positions = undecided(applicable.positions)
        guard !positions.isEmpty else { return }
        if let refusal {
            for position in positions { fail(position, refusal) }
            return
        }
        // Nearly always all of them.
        let checks =
            positions.count == applicable.positions.count ? applicable : CheckGroup(positions, of: plan.checks)
        let index = questions.count
        if index == 0 { questions.reserveCapacity(plan.stages.count) }
        questions.append(
            OpenQuestion(
                service: question.service, purpose: .checks(checks),
                // Nothing may be recorded after the request itself was answered.
                expires: min(now.advanced(byMilliseconds: checks.limit), deadline)))
        if wantedFactsMissing > 0, checks.wantsFacts {
            questions[index].isOpen = false
            held.append(index)
        } else {
            send(index, now: now, actions: &actions)
        }
    }

    private func undecided(_ positions: [Int]) -> [Int] {
        for position in positions {
            guard case .undecided = states[position] else {
                return positions.filter { [states] in if case .undecided = states[$0] { true } else { false } }
            }
        }
        return positions
    }

    /// Asks the question at `index`, or gives it up.
    mutating func send(_ index: Int, now: MonotonicInstant, actions: inout [Action]) {
        guard case .checks(let checks) = questions[index].purpose else { return }
        let positions = checks.positions
        let expires = questions[index].expires
        guard expires > now else {
            questions[index].isOpen = false
            for position in positions { fail(position, .expired) }
            return
        }
        let key = checks.isKeyed && !isDryRun ? computeKey() : nil
        // An argument read from `self` beside it would copy all of it.
        let needed = questions[index].needed
        let facts = attachedFacts(positions, needed: needed)
        let knowsRecipients = plan.state == .data || plan.state == .endOfMessage
        let recipients = knowsRecipients && checks.usesRecipients ? attachedRecipients() : nil
        var payload = ByteBufferAllocator().buffer(capacity: 256)
        CheckRequest.encode(
            checks.asked, key: key, deadline: expires, facts: facts, recipients: recipients, isDryRun: isDryRun,
            into: &payload)
        guard mayBeAsked(payload), facts.count <= Self.maximumFacts else {
            questions[index].isOpen = false
            for position in positions { fail(position, .error, "the question is too long to be asked") }
            return
        }
        questions[index].isOpen = true
        if questions[index].asked == nil { questions[index].asked = now }
        let service = questions[index].service
        trace(service, "asked \(checks.asked.names.joined(separator: " "))", now: now)
        actions.append(
            .ask(
                index: index, service: service, payload: payload, policy: request, expires: expires,
                isRepeatable: !checks.isKeyed || key != nil))
    }

    /// Whether the question is not too long. It is measured only when it could be.
    private func mayBeAsked(_ payload: ByteBuffer) -> Bool {
        let room = Ask.longest - payload.readableBytes
        return request.greatestEncodedLength <= room || request.encodedLength <= room
    }

    /// Facts attached to one question; with them a message stays far below the lines it may have.
    private static let maximumFacts = 900

    private mutating func computeKey() -> RecordingKey? {
        if let known = recordingKey { return known }
        let key = RecordingKey(policy: plan.policy, request: request)
        recordingKey = .some(key)
        return key
    }

    private func attachedRecipients() -> KnownRecipients {
        var known = session.recipients
        if !request.isEmpty(.recipient) { known.insert(request.string(.recipient)) }
        let isComplete = !known.isEmpty && known.count == request.integer(.recipientCount)
        return KnownRecipients(addresses: known.sorted(), isComplete: isComplete)
    }

    // MARK: Results

    mutating func receiveChecks(
        _ outcome: AskOutcome, of index: Int, _ checks: CheckGroup, now: MonotonicInstant, actions: inout [Action]
    ) {
        let positions = checks.positions
        let asked = checks.asked
        switch outcome {
        case .failed(let failure):
            for position in positions { fail(position, FailureReason(failure)) }
        case .reply(let list) where asked.isSilence(list):
            for position in positions { decide(position, .none) }
        case .reply(let list):
            let (reply, mayHaveUnasked) = CheckReply.decode(list, asked: asked)
            if mayHaveUnasked { noteUnaskedChecks(list, asked: asked.names, of: questions[index].service) }
            switch reply {
            case .results(let results):
                take(results, of: index, checks, actions: &actions)
                learnAddedFacts(list, positions: positions)
            case .needs(let names): getFacts(names, for: index, positions: positions, now: now, actions: &actions)
            }
        }
    }

    private mutating func noteUnaskedChecks(_ list: AttributeList, asked: [String], of service: String) {
        guard let first = CheckReply.unaskedChecks(in: list, asked: asked).min() else { return }
        remarks.append(.init(kind: .unasked, check: service, text: String(first.prefix(64))))
    }

    private mutating func take(
        _ results: [(check: String, result: CheckResult)], of index: Int, _ checks: CheckGroup,
        actions: inout [Action]
    ) {
        var hasFailure = false
        for (position, place) in zip(checks.positions, checks.places) {
            switch results[place].result {
            case .error(let text):
                guard case .undecided = states[position] else { continue }
                hasFailure = true
                states[position] = .failed(.error, text)
            case .verdict(let verdict, let reason, let score):
                decide(position, verdict, reason: reason, score: score)
            }
        }
        if hasFailure { actions.append(.uselessReply(service: questions[index].service)) }
    }

    private mutating func decide(_ position: Int, _ verdict: Verdict, reason: String = "", score: Double = 0) {
        guard case .undecided = states[position] else { return }
        states[position] = .decided(verdict, reason: reason, score: score)
        if let key = verdictKey(position) {
            session.verdicts[key] = .verdict(verdict, reason: reason, score: score)
        }
    }

    // MARK: Verdicts kept for the message

    private func verdictKey(_ position: Int) -> String? {
        let check = plan.checks[position]
        guard !check.definition.dependsOn.isEmpty, !check.definition.records else { return nil }
        let values = check.definition.dependsOn.map { request.string($0) }
        return ([check.definition.name] + values).joined(separator: "\n")
    }

    private mutating func recallVerdict(_ position: Int) {
        guard case .undecided = states[position], let key = verdictKey(position),
            case .verdict(let verdict, let reason, let score)? = session.verdicts[key]
        else { return }
        states[position] = .decided(verdict, reason: reason, score: score)
    }
}

extension PolicySet {
    /// Whether the request's client is in the trusted networks.
    func trusts(_ request: PolicyRequest) -> Bool {
        trustedNetworks.contains(ClientAddress(parsing: request.string(.clientAddress)))
    }
}
