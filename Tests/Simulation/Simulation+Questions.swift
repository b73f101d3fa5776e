import Frontend
import NIOCore
import PostfixProtocol
import ServiceProtocol
import ServiceTransport

extension Simulation {
    func asked(_ service: String, _ ask: Ask) {
        guard let index = Scenario.serviceNames.firstIndex(of: service) else { return violate("asks nobody") }
        guard let evaluation = evaluationOfToken[ask.token >> 16] else { return violate("a question without request") }
        guard let list = decoded(ask) else { return violate("a question that cannot be read") }
        let question = Question(
            token: ask.token, evaluation: evaluation, service: index, checks: words(list.string("checks")),
            facts: words(list.string("names")), expires: ask.expires.microseconds, isRepeatable: ask.isRepeatable)
        if evaluation.isAnswered { violate("request \(evaluation.tag) asks after its answer") }
        if evaluation.isRefused { violate("request \(evaluation.tag) asks although too many are under way") }
        if outstanding.updateValue(questions.count, forKey: ask.token) != nil { violate("a question is asked twice") }
        note("ask \(questions.count) \(service) \(question.checks)\(question.facts.sorted()) until \(question.expires)")
        if !question.checks.isEmpty { checkQuestion(question, list) }
        var ask = ask
        ask.payload.writeAttribute("sim", questions.count)
        if sabotage == .repeatsKeyless { ask.isRepeatable = true }
        questions.append(question)
        questions[questions.count - 1].isPoison = random.chance(scenario.services[index].poisonPercent)
        perform(index) { $0.ask(ask, now: $1, actions: &$2) }
    }

    private func decoded(_ ask: Ask) -> AttributeList? {
        var message = ByteBuffer(string: "protocol=1\n")
        message.writeImmutableBuffer(ask.payload)
        ask.policy?.encodeAttributes(into: &message)
        return try? AttributeList(message)
    }

    private func words(_ text: String?) -> [String] {
        (text ?? "").split(separator: " ").map(String.init)
    }

    private func checkQuestion(_ question: Question, _ list: AttributeList) {
        let evaluation = question.evaluation
        let positions = evaluation.positions(of: question.checks)
        if positions.count != question.checks.count { violate("asks for a check that is not in the policy") }
        for position in positions where !evaluation.model.applies(position) {
            violate("\(evaluation.model.checks[position].name) is asked though it does not apply")
        }
        if question.expires > evaluation.policyDeadline { violate("a question outlives its request") }
        noteChain(question, positions, list)
        noteGivenFacts(positions, list, evaluation)
        checkFacts(question, positions, list)
        checkKey(question, positions, list)
        if isPredictable(evaluation) {
            checkRecording(evaluation, positions)
            checkRecipients(evaluation, positions, list)
        }
    }

    private func noteChain(_ question: Question, _ positions: [Int], _ list: AttributeList) {
        let evaluation = question.evaluation
        if let index = evaluation.chains.firstIndex(where: { $0.positions == positions && !$0.isDone }) {
            evaluation.chains[index].asks += 1
            let chain = evaluation.chains[index]
            if chain.asks != chain.rounds + 1 { violate("\(question.checks) is asked again without a need") }
            if chain.asks > 3 { violate("\(question.checks) got more than two rounds of needs") }
            if chain.expires != question.expires { violate("a need gave \(question.checks) more time") }
            for name in chain.needed where list.string("fact.\(name)") == nil {
                violate("\(name) was needed and is not attached")
            }
        } else {
            for position in positions where evaluation.model.outcomes[position] != nil {
                violate("\(evaluation.model.checks[position].name) is asked again")
            }
            for position in positions where isPredictable(evaluation) && evaluation.model.recalled(position) != nil {
                violate("\(evaluation.model.checks[position].name) is asked though its verdict is known")
            }
            evaluation.chains.append(Evaluation.Chain(positions: positions, expires: question.expires))
        }
    }

    private func noteGivenFacts(_ positions: [Int], _ list: AttributeList, _ evaluation: Evaluation) {
        var given: Set<String> = []
        list.forEach(prefix: "fact.") { name, _ in given.insert(name) }
        for index in evaluation.chains.indices where evaluation.chains[index].positions == positions {
            evaluation.chains[index].given = given
        }
    }

    private func checkFacts(_ question: Question, _ positions: [Int], _ list: AttributeList) {
        let evaluation = question.evaluation
        list.forEach(prefix: "fact.") { name, value in
            let told = evaluation.facts[name] ?? evaluation.model.session.facts[name]
            let isTrue = value == Self.truth(of: name)
            if value == "unknown" {
                if told != "unknown", !name.contains("-bad") { violate("\(name) is unknown though nobody said so") }
            } else if !isTrue || told == "unknown" {
                violate("\(name)=\(value) is made up")
            }
        }
        let recipient = evaluation.model.request.string(.recipient)
        let domain = recipient.split(separator: "@").last.map(String.init) ?? ""
        let isLocal = list.string("fact.local:\(domain)") == "yes"
        for position in positions where isLocal { evaluation.model.localAt.insert(position) }
    }

    private func checkKey(_ question: Question, _ positions: [Int], _ list: AttributeList) {
        let checks = question.evaluation.model.checks
        let isKeyed = positions.contains { checks[$0].definition.isKeyed }
        let key = list.string("key")
        guard let identity = question.evaluation.identity else {
            if key != nil || question.isRepeatable == isKeyed { violate("a recording without instance is repeatable") }
            return
        }
        if !question.isRepeatable { violate("a repeatable question is called unrepeatable") }
        if (key != nil) != isKeyed { violate("\(question.checks) has the wrong key") }
        guard let key else { return }
        if keys.updateValue(identity, forKey: key) ?? identity != identity { violate("one key for two requests") }
        if keys.updateValue(key, forKey: identity) ?? key != key { violate("two keys for one request") }
    }

    /// Nothing is recorded before all earlier checks are decided, nor after a decisive one.
    private func checkRecording(_ evaluation: Evaluation, _ positions: [Int]) {
        let checks = evaluation.model.checks
        let recording = positions.filter { checks[$0].definition.records }
        guard let first = recording.first, let last = recording.last else { return }
        for position in first...last where evaluation.model.applies(position) && !positions.contains(position) {
            violate("\(checks[first].name) and \(checks[last].name) are not neighbours")
        }
        if last + 1 < checks.count, evaluation.model.applies(last + 1), checks[last + 1].definition.records,
            checks[last + 1].definition.decider == checks[last].definition.decider
        {
            violate("\(checks[last + 1].name) is not in the transaction of \(checks[last].name)")
        }
        var run = ReadingModel.Run(session: evaluation.model.session, state: evaluation.model.state)
        switch evaluation.model.read(upTo: first, run: &run) {
        case .undecided(let position):
            violate("\(checks[first].name) records before \(checks[position].name) is decided")
        case .ended: violate("\(checks[first].name) records after a decisive verdict")
        case .goesOn:
            if run.carried.contains(where: { ActionText.isDeferral($0.text) }) {
                violate("\(checks[first].name) records after a deferral")
            }
        }
    }

    private func checkRecipients(_ evaluation: Evaluation, _ positions: [Int], _ list: AttributeList) {
        let model = evaluation.model
        let isUsed = model.state != "RCPT" && positions.contains { model.checks[$0].definition.usesRecipients }
        guard isUsed else {
            if list.string("recipients") != nil { violate("recipients are attached that nobody uses") }
            return
        }
        var known = model.session.recipients
        if !model.request.isEmpty(.recipient) { known.insert(model.request.string(.recipient)) }
        let isComplete = !known.isEmpty && known.count == model.request.integer(.recipientCount)
        let sent = Set((list.string("recipient_list") ?? "").split(separator: "\n").map(String.init))
        if sent != known { violate("the recipients attached are not those accepted") }
        if list.string("recipients") != (isComplete ? "complete" : "partial") { violate("recipients are miscounted") }
    }

    static func truth(of name: String) -> String {
        let hash = name.utf8.reduce(UInt64(14_695_981_039_346_656_037)) { ($0 ^ UInt64($1)) &* 1_099_511_628_211 }
        return hash >> 32 & 1 == 0 ? "yes" : "no"
    }
}

extension ReadingModel {
    enum Prefix {
        case undecided(Int)
        case ended
        case goesOn
    }

    /// Reads the checks before `end`.
    func read(upTo end: Int, run: inout Run) -> Prefix {
        var shorter = ReadingModel(
            checks: Array(checks[..<end]), request: request, state: state, remembersRecipients: false, session: session)
        shorter.outcomes = outcomes
        shorter.localAt = localAt
        return shorter.walk(&run)
    }
}
