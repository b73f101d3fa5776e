import Frontend
import NIOCore
import PostfixProtocol
import ServiceProtocol
import ServiceTransport

extension Simulation {
    func deliver(_ token: UInt64, _ outcome: AskOutcome) {
        guard let number = outstanding.removeValue(forKey: token) else {
            // Cancelled in the same turn: the engine takes no notice.
            if !justCancelled.contains(token) { violate("an outcome for a question that is not open") }
            return tell(outcome, token: token)
        }
        justDelivered.insert(token)
        let question = questions[number]
        if now > question.expires + 1_000, sabotage != .wakesLate { violate("an outcome comes late") }
        var outcome = outcome
        switch outcome {
        case .failed(let failure):
            note("outcome \(number) failed \(failure.rawValue)")
            questions[number].wasGivenUp = failure == .connectionLost
            if failure == .connectionLost, question.isRepeatable,
                question.fruitlessLosses.values.max() ?? 0 < scenario.limits.fruitlessLosses
            {
                violate("a question is given up that might be answered")
            }
            failed(question)
        case .reply(let list):
            guard let reply = list.integer("sim"), intentions.indices.contains(reply) else {
                return violate("a reply nobody sent")
            }
            let intention = intentions[reply]
            note("outcome \(number) \(intention.text)")
            if intention.question != number { violate("the answer to another question") }
            learn(intention.content, question)
            if sabotage == .grantsThirdNeed, case .needs = intention.content, isThirdNeed(question) {
                return askAThirdTime(question)
            }
            if sabotage == .ignoresFinalVerdict { outcome = .reply(withoutFinalVerdicts(list)) }
        }
        tell(outcome, token: token)
    }

    private func tell(_ outcome: AskOutcome, token: UInt64) {
        current = evaluationOfToken[token >> 16]
        if let current { touched.append(current) }
        tell { $0.receive(outcome, token: token, now: $1, actions: &$2) }
    }

    private func failed(_ question: Question) {
        guard question.checks.isEmpty else { return fail(question) }
        for name in question.facts { learn("unknown", of: name, question.evaluation) }
    }

    private func fail(_ question: Question) {
        let evaluation = question.evaluation
        let positions = evaluation.positions(of: question.checks)
        for position in positions { evaluation.model.outcomes[position] = .failed }
        endChain(positions, of: evaluation)
    }

    private func endChain(_ positions: [Int], of evaluation: Evaluation) {
        for index in evaluation.chains.indices where evaluation.chains[index].positions == positions {
            evaluation.chains[index].isDone = true
        }
    }

    private func learn(_ content: Intention.Content, _ question: Question) {
        let evaluation = question.evaluation
        switch content {
        case .facts(let values):
            for name in question.facts { learn(values[name] ?? "unknown", of: name, evaluation) }
        case .needs(let names): learnNeeds(names, question)
        case .results(let results):
            let positions = evaluation.positions(of: question.checks)
            for position in positions { learn(results, position, evaluation) }
            endChain(positions, of: evaluation)
            checkCounted(question, results)
        }
    }

    /// A costly fact is kept for the message, also that it could not be had.
    private func learn(_ value: String, of name: String, _ evaluation: Evaluation) {
        evaluation.facts[name] = value
        let isCostly = !name.hasPrefix("local:") && !name.hasPrefix("alias-target:")
        if isCostly { evaluation.model.session.facts[name] = value }
    }

    private func learn(_ results: [String: Outcome], _ position: Int, _ evaluation: Evaluation) {
        let outcome = results[evaluation.model.checks[position].definition.name] ?? .failed
        evaluation.model.outcomes[position] = outcome
        if let key = evaluation.model.memoryKey(position), outcome != .failed {
            evaluation.model.session.verdicts[key] = outcome
        }
    }

    private func learnNeeds(_ names: [String], _ question: Question) {
        let evaluation = question.evaluation
        let positions = evaluation.positions(of: question.checks)
        guard let index = evaluation.chains.firstIndex(where: { $0.positions == positions && !$0.isDone }) else {
            return violate("a need without a question")
        }
        let chain = evaluation.chains[index]
        if chain.rounds >= 2 || names.contains(where: chain.given.contains) {
            if sabotage != .grantsThirdNeed { fail(question) }
        } else {
            evaluation.chains[index].rounds += 1
            evaluation.chains[index].needed += names
        }
    }

    /// Every pass of a limit has its key counted, at the latest when the frontend hears of it.
    private func checkCounted(_ question: Question, _ results: [String: Outcome]) {
        let evaluation = question.evaluation
        guard let identity = evaluation.identity else { return }
        for position in evaluation.positions(of: question.checks) {
            let definition = evaluation.model.checks[position].definition
            guard definition.isKeyed, case .verdict("none", _)? = results[definition.name] else { continue }
            if !stores[question.service].holds(identity: identity, check: definition.name) {
                violate("\(definition.name) lets mail pass that it has not counted")
            }
        }
    }

    // MARK: Rules broken on purpose

    private func isThirdNeed(_ question: Question) -> Bool {
        let positions = question.evaluation.positions(of: question.checks)
        return question.evaluation.chains.contains { $0.positions == positions && $0.rounds == 2 && $0.asks == 3 }
    }

    private func askAThirdTime(_ question: Question) {
        var payload = ByteBuffer()
        let ask = CheckRequest(
            checks: question.checks, policy: question.evaluation.model.request,
            key: RecordingKey(policy: "default", request: question.evaluation.model.request),
            deadline: MonotonicInstant(microseconds: question.expires))
        ask.encode(into: &payload)
        let again = Ask(
            token: question.token, payload: payload, expires: MonotonicInstant(microseconds: question.expires),
            isRepeatable: question.isRepeatable, affinity: 0)
        asked(Scenario.serviceNames[question.service], again)
    }

    private func withoutFinalVerdicts(_ list: AttributeList) -> AttributeList {
        var message = ByteBuffer(string: "protocol=1\n")
        list.forEach(prefix: "") { name, value in
            guard name != "protocol" else { return }
            let isFinal = name.hasPrefix("verdict.") && ActionText.isFinal(value)
            message.writeAttribute(name, isFinal ? "none" : value)
        }
        return (try? AttributeList(message)) ?? list
    }
}
