internal import NIOCore
internal import PostfixProtocol
internal import ServiceProtocol
internal import ServiceTransport

/// The longest a cheap fact may take, in milliseconds: half of what a check has by default. A check with a lower limit
/// lowers this too, so that it is still asked when its provider is down.
let cheapFactLimit = 1_000

/// How many domains of one message's recipients facts are attached for.
private let maximumRecipientDomains = 64

extension PolicyEvaluation {
    /// What a question's checks want, what they use of the facts earlier checks added, and what they needed.
    func attachedFacts(_ positions: [Int], needed: [FactName]) -> AttachedFacts {
        var attached = AttachedFacts()
        for (position, name) in wantedFacts where positions.contains(position) {
            attached[name] = facts[name] ?? unknownFactValue
        }
        // Services may have added thousands; what is wanted is not many, and only that can stand here already.
        let wanted = attached
        for (name, value) in session.facts where uses(name.kind, positions) {
            if wanted[name] == nil { attached.append(name, value) } else { attached[name] = value }
        }
        for name in needed { attached[name] = facts[name] ?? unknownFactValue }
        return lastKnown.completing(attached)
    }

    private func uses(_ kind: String, _ positions: [Int]) -> Bool {
        positions.contains { plan.checks[$0].definition.uses.contains(kind) }
    }

    /// Keeps the facts a service's checks added for the rest of the message; only kinds its checks declare count.
    mutating func learnAddedFacts(_ list: AttributeList, positions: [Int]) {
        // Every service check provides a score.
        guard positions.contains(where: { plan.checks[$0].definition.provides.count > 1 }) else { return }
        let kinds = positions.reduce(into: Set<String>()) { $0.formUnion(plan.checks[$1].definition.provides) }
        for (name, value) in FactReply(list)?.values ?? [:] where kinds.contains(name.kind) {
            session.facts[name] = value
        }
    }

    /// The facts a want means for this request: `sender` is the login name when there is one; `recipient`, at the end
    /// of a message, also every known recipient.
    private func factNames(_ want: FactWant, of check: PlannedCheck) -> [FactName] {
        switch want.attribute {
        case "sender":
            let sender = request.string(request.isEmpty(.saslUsername) ? .sender : .saslUsername)
            return want.name(for: sender).map { [$0] } ?? []
        case "sasl_username":
            return want.name(for: request.string(.saslUsername)).map { [$0] } ?? []
        case "recipient":
            let recipient = request.string(.recipient)
            guard check.definition.usesRecipients, !session.recipients.isEmpty else {
                return want.name(for: recipient).map { [$0] } ?? []
            }
            let addresses = [recipient] + session.recipients
            var names: Set<FactName> = []
            for address in addresses where names.count < maximumRecipientDomains {
                if let name = want.name(for: address) { names.insert(name) }
            }
            return names.sorted { $0.subject < $1.subject }
        default:
            return []
        }
    }

    /// Costly facts that checks may need go along with the first question where they are known: it need not be asked
    /// again.
    mutating func recallNeededFacts(_ known: (FactName) -> String?) {
        guard plan.mayNeedFacts else { return }
        for (position, check) in plan.checks.enumerated() {
            guard case .undecided = states[position] else { continue }
            for want in check.definition.mayNeed {
                for name in factNames(want, of: check) {
                    guard let value = facts[name] ?? session.facts[name] ?? known(name) else { continue }
                    facts[name] = value
                    wantedFacts.append((position, name))
                }
            }
        }
    }

    mutating func askForWantedFacts(
        knownFact: (FactName) -> String?, now: MonotonicInstant, actions: inout [Action]
    ) {
        var missing: [FactName] = []
        var shortest = 2 * cheapFactLimit
        guard plan.wantsFacts else { return }
        for (position, check) in plan.checks.enumerated() where !check.wants.isEmpty {
            guard case .undecided = states[position] else { continue }
            shortest = min(shortest, check.limit)
            for want in check.wants {
                for name in factNames(want, of: check) {
                    wantedFacts.append((position, name))
                    guard facts[name] == nil, !missing.contains(name) else { continue }
                    if let value = session.facts[name] ?? knownFact(name) {
                        facts[name] = value
                    } else {
                        missing.append(name)
                    }
                }
            }
        }
        guard refusal == nil, !missing.isEmpty else { return }
        let expires = now.advanced(byMilliseconds: min(cheapFactLimit, shortest / 2))
        wantedFactsMissing = askProviders(missing, expires: expires, waiter: nil, now: now, actions: &actions)
    }

    /// Asks the providers of `names`, each once. Returns how many were asked; the rest is unknown at once.
    private mutating func askProviders(
        _ names: [FactName], expires: MonotonicInstant, waiter: Int?, now: MonotonicInstant, actions: inout [Action]
    ) -> Int {
        var byProvider: [(service: String, names: [FactName])] = []
        for name in names {
            guard name.hasValidSubject, let service = policies.providers[name.kind] else {
                facts[name] = unknownFactValue
                continue
            }
            if let index = byProvider.firstIndex(where: { $0.service == service }) {
                byProvider[index].names.append(name)
            } else {
                byProvider.append((service, [name]))
            }
        }
        for (service, names) in byProvider {
            let purpose = OpenQuestion.Purpose.facts(names: names, waiter: waiter)
            questions.append(OpenQuestion(service: service, purpose: purpose, expires: expires))
            var payload = ByteBuffer()
            FactRequest(names: names, clientAddress: request.string(.clientAddress), deadline: expires)
                .encode(into: &payload)
            trace(service, "asked for \(names.map(\.description).joined(separator: " "))", now: now)
            actions.append(
                .ask(
                    index: questions.count - 1, service: service, payload: payload, policy: nil,
                    expires: expires, isRepeatable: true))
        }
        return byProvider.count
    }

    mutating func getFacts(
        _ names: [FactName], for index: Int, positions: [Int], now: MonotonicInstant, actions: inout [Action]
    ) {
        let given = attachedFacts(positions, needed: questions[index].needed)
        let asksAgain = names.contains { given[$0] != nil }
        guard questions[index].rounds < 2, !asksAgain else {
            let text = asksAgain ? "asked again for a fact it was given" : "needs facts a third time"
            for position in positions { fail(position, .error, text) }
            actions.append(.uselessReply(service: questions[index].service))
            return
        }
        questions[index].rounds += 1
        questions[index].needed += names
        let missing = names.filter { name in
            if facts[name] == nil { facts[name] = session.facts[name] }
            return facts[name] == nil
        }
        // A quarter of what is left is kept for asking again.
        let left = questions[index].expires.microseconds(since: now)
        let expires = MonotonicInstant(microseconds: now.microseconds + max(left, 0) / 4 * 3)
        questions[index].missing = askProviders(
            missing, expires: expires, waiter: index, now: now, actions: &actions)
        if questions[index].missing == 0 { send(index, now: now, actions: &actions) }
    }

    mutating func receiveFacts(
        _ outcome: AskOutcome, of index: Int, names: [FactName], waiter: Int?, now: MonotonicInstant,
        actions: inout [Action]
    ) {
        var reply = FactReply(values: [:])
        if case .reply(let list) = outcome {
            reply = FactReply(list) ?? reply
            if !names.contains(where: { reply.values[$0] != nil }) {
                actions.append(.uselessReply(service: questions[index].service))
            }
        }
        for name in names {
            let value = reply.values[name] ?? unknownFactValue
            facts[name] = value
            let isCostly = CheckCatalog.costlyFacts.contains(name.kind)
            // Also that it could not be had: the next recipient must not wait as long again.
            if isCostly { session.facts[name] = value }
            let client = isCostly ? request.string(.clientAddress) : nil
            actions.append(.learned(name, value, client: client, reply))
        }
        if let waiter { resume(waiter, now: now, actions: &actions) } else { releaseHeld(now: now, actions: &actions) }
    }

    private mutating func resume(_ index: Int, now: MonotonicInstant, actions: inout [Action]) {
        questions[index].missing -= 1
        guard questions[index].missing == 0 else { return }
        send(index, now: now, actions: &actions)
    }

    private mutating func releaseHeld(now: MonotonicInstant, actions: inout [Action]) {
        wantedFactsMissing -= 1
        guard wantedFactsMissing == 0 else { return }
        for index in held { send(index, now: now, actions: &actions) }
        held = []
    }
}
