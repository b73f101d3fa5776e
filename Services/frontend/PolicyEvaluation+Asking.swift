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
        let isDeferred = carried.hasDeferral
        for position in stage.checks {
            guard case .undecided = states[position] else { continue }
            if isDeferred, plan.checks[position].definition.records { states[position] = .skipped }
            decideHere(position)
        }
        for question in stage.questions { open(question, now: now, actions: &actions) }
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
        for position in question.checks { recallVerdict(position) }
        let positions = undecided(question.checks)
        guard !positions.isEmpty else { return }
        if let refusal {
            for position in positions { fail(position, refusal) }
            return
        }
        let limit = positions.reduce(0) { max($0, plan.checks[$1].limit) }
        questions.append(
            OpenQuestion(
                service: question.service, purpose: .checks(positions: positions),
                // Nothing may be recorded after the request itself was answered.
                expires: min(now.advanced(byMilliseconds: limit), deadline)))
        let index = questions.count - 1
        if wantedFactsMissing > 0, positions.contains(where: { !plan.checks[$0].wants.isEmpty }) {
            questions[index].isOpen = false
            held.append(index)
        } else {
            send(index, positions, now: now, actions: &actions)
        }
    }

    /// Nearly always all of them.
    private func undecided(_ positions: [Int]) -> [Int] {
        positions.allSatisfy(isUndecided) ? positions : positions.filter(isUndecided)
    }

    private func isUndecided(_ position: Int) -> Bool {
        if case .undecided = states[position] { true } else { false }
    }

    mutating func send(
        _ index: Int, _ positions: [Int], now: MonotonicInstant, actions: inout [Action]
    ) {
        let question = questions[index]
        guard question.expires > now else {
            questions[index].isOpen = false
            for position in positions { fail(position, .expired) }
            return
        }
        let isKeyed = positions.contains { plan.checks[$0].definition.isKeyed }
        let key = isKeyed && !isDryRun ? computeKey() : nil
        let ask = CheckRequest(
            checks: positions.map { plan.checks[$0].definition.name }, policy: request, key: key,
            deadline: question.expires, facts: attachedFacts(positions, needed: question.needed),
            recipients: attachedRecipients(positions), isDryRun: isDryRun)
        var payload = ByteBufferAllocator().buffer(capacity: 1_024)
        ask.encode(into: &payload, attributes: attributes())
        guard payload.readableBytes <= Ask.longestPayload, ask.facts.count <= Self.maximumFacts else {
            questions[index].isOpen = false
            for position in positions { fail(position, .error, "the question is too long to be asked") }
            return
        }
        questions[index].isOpen = true
        questions[index].asked = question.asked ?? now
        trace(question.service, "asked \(ask.checks.joined(separator: " "))", now: now)
        actions.append(
            .ask(
                index: index, service: question.service, payload: payload, expires: question.expires,
                isRepeatable: !isKeyed || key != nil))
    }

    /// Facts attached to one question; with them a message stays far below the lines it may have.
    private static let maximumFacts = 900

    private mutating func attributes() -> ByteBuffer {
        if let encodedAttributes { return encodedAttributes }
        var buffer = ByteBufferAllocator().buffer(capacity: 1_024)
        request.encodeAttributes(into: &buffer)
        encodedAttributes = buffer
        return buffer
    }

    private mutating func computeKey() -> RecordingKey? {
        if let known = recordingKey { return known }
        let key = RecordingKey(policy: plan.policy, request: request)
        recordingKey = .some(key)
        return key
    }

    private func attachedRecipients(_ positions: [Int]) -> KnownRecipients? {
        let state = request.protocolState
        guard state == .data || state == .endOfMessage,
            positions.contains(where: { plan.checks[$0].definition.usesRecipients })
        else { return nil }
        var known = session.recipients
        if !request.isEmpty(.recipient) { known.insert(request.string(.recipient)) }
        let isComplete = !known.isEmpty && known.count == request.integer(.recipientCount)
        return KnownRecipients(addresses: known.sorted(), isComplete: isComplete)
    }

    // MARK: Results

    mutating func receiveChecks(
        _ outcome: AskOutcome, of index: Int, positions: [Int], now: MonotonicInstant, actions: inout [Action]
    ) {
        switch outcome {
        case .failed(let failure):
            for position in positions { fail(position, FailureReason(failure)) }
        case .reply(let list):
            let names = positions.map { plan.checks[$0].definition.name }
            let (reply, mayHaveUnasked) = CheckReply.decode(list, checks: names)
            if mayHaveUnasked { noteUnaskedChecks(list, asked: names, of: questions[index].service) }
            switch reply {
            case .results(let results):
                take(results, of: index, positions: positions, actions: &actions)
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
        _ results: [(check: String, result: CheckResult)], of index: Int, positions: [Int], actions: inout [Action]
    ) {
        var hasFailure = false
        for (position, answer) in zip(positions, results) {
            guard case .undecided = states[position] else { continue }
            switch answer.result {
            case .error(let text):
                hasFailure = true
                states[position] = .failed(.error, text)
            case .verdict(let verdict, let reason, let score):
                states[position] = .decided(verdict, reason: reason, score: score)
                keepVerdict(answer.result, of: position)
            }
        }
        if hasFailure { actions.append(.uselessReply(service: questions[index].service)) }
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

    private mutating func keepVerdict(_ result: CheckResult, of position: Int) {
        if let key = verdictKey(position) { session.verdicts[key] = result }
    }
}

extension PolicySet {
    /// Whether the request's client is in the trusted networks.
    func trusts(_ request: PolicyRequest) -> Bool {
        trustedNetworks.contains(ClientAddress(parsing: request.string(.clientAddress)))
    }
}
