import Frontend
import NIOCore
import PostfixProtocol
import ServiceProtocol

extension Simulation {
    /// Whether the process that took this on still lives. A frozen one goes on when it wakes up.
    private func lives(_ work: Work, again event: Event) -> Bool {
        let process = process(of: work.connection)
        guard process.isUp, process.generation == work.generation else { return false }
        guard now >= process.frozenUntil else {
            queue.put(event, at: process.frozenUntil + random.int(1...500))
            return false
        }
        return true
    }

    private func isExpired(_ work: Work) -> Bool {
        guard sabotage != .commitsTooLate, let deadline = work.list.integer("deadline") else { return false }
        return now >= deadline * 1_000
    }

    func begin(_ work: Work) {
        guard lives(work, again: .begin(work)) else { return }
        let question = questions[work.question]
        if question.checks.isEmpty { return answer(work, .facts(isExpired(work) ? [:] : facts(question))) }
        if isExpired(work) { return answer(work, .results(failures(question))) }
        let traits = scenario.services[question.service]
        if random.chance(traits.needPercent) { return answer(work, .needs(needs())) }
        let checks = question.evaluation.model.checks
        let records = question.evaluation.positions(of: question.checks).contains { checks[$0].definition.records }
        guard records else { return answer(work, .results(opinions(question))) }
        if sabotage == .repliesBeforeCommit {
            let premature = question.checks.map { ($0, Outcome.verdict("none", score: 0)) }
            answer(work, .results(Dictionary(uniqueKeysWithValues: premature)))
        }
        let pause = sabotage == .commitsTooLate ? random.int(1_000...5_000_000) : random.int(20...5_000)
        queue.put(.commit(work), at: now + pause)
    }

    /// Count, key and verdict in one step, unless the asker stopped waiting.
    func commit(_ work: Work) {
        guard lives(work, again: .commit(work)) else { return }
        let question = questions[work.question]
        if isExpired(work) { return answer(work, .results(failures(question))) }
        if now >= question.expires { violate("committed after the asker stopped waiting") }
        var results = opinions(question)
        for position in question.evaluation.positions(of: question.checks) {
            let definition = question.evaluation.model.checks[position].definition
            if definition.isKeyed { results[definition.name] = count(work, check: definition.name) }
        }
        note("commit \(work.question) \(results.keys.sorted())")
        if sabotage != .repliesBeforeCommit { answer(work, .results(results)) }
    }

    private func count(_ work: Work, check: String) -> Outcome {
        if sabotage == .forgetsToCount { return .verdict("none", score: 0) }
        let question = questions[work.question]
        let evaluation = question.evaluation
        let identity = evaluation.identity ?? "question \(work.question)"
        let before = stores[question.service].history.count
        let (verdict, isDoubled) = stores[question.service].count(
            check: check, key: work.list.string("key"), identity: identity, account: work.list.string("sender") ?? "",
            limit: scenario.services[question.service].countLimit, wallClock: wallClock + now / 1_000_000,
            ignoresKeys: sabotage == .ignoresKeys)
        if isDoubled { violate("\(check) counts one recording twice") }
        let isNew = stores[question.service].history.count > before
        // Where it was asked twice, one of two processes may be behind the other.
        let isOnlyAsk = question.sends == 1 && evaluation.identity != nil && !question.wasGivenUp
        if isNew, isOnlyAsk, evaluation.isAnswered, !isRepetitionOpen(evaluation) {
            violate("\(check) counts mail whose request was answered")
        }
        return .verdict(verdict, score: 0)
    }

    private func isRepetitionOpen(_ evaluation: Evaluation) -> Bool {
        evaluations.values.contains { $0.identity == evaluation.identity }
    }

    // MARK: Answers

    private func failures(_ question: Question) -> [String: Outcome] {
        Dictionary(uniqueKeysWithValues: question.checks.map { ($0, Outcome.failed) })
    }

    private func opinions(_ question: Question) -> [String: Outcome] {
        var results: [String: Outcome] = [:]
        let percent = scenario.services[question.service].opinionPercent
        for check in question.checks {
            let text = ActionText.random(nextText, opinionPercent: percent, random: &random)
            nextText += 1
            results[check] = .verdict(text, score: random.chance(25) ? Double(random.int(-2...6)) / 2 : 0)
        }
        return results
    }

    private func needs() -> [String] {
        let domains = ["example.com", "example.net", "xn--bcher-kva.example", "mail.example", "-bad"]
        let all = ["spf-listed", "networks", "local"].flatMap { kind in domains.map { "\(kind):\($0)" } }
        let first = random.pick(all), second = random.pick(all)
        return first == second || random.chance(70) ? [first] : [first, second]
    }

    private func facts(_ question: Question) -> [String: String] {
        var values: [String: String] = [:]
        for name in question.facts.sorted() where !random.chance(10) {
            values[name] = random.chance(5) ? "unknown" : Self.truth(of: name)
        }
        return values
    }

    private func answer(_ work: Work, _ content: Intention.Content) {
        let wrong = random.chance(scenario.services[work.connection.service].wrongPercent) ? random.int(0...9) : nil
        let (content, lines) = encode(content, wrong: wrong)
        var reply = ByteBuffer(string: "protocol=1\n")
        reply.writeAttribute("id", wrong == 7 ? work.id + 1_000_000 : work.id)
        reply.writeAttribute("sim", intentions.count)
        reply.writeImmutableBuffer(lines)
        reply.writeEndOfMessage()
        intentions.append(Intention(question: work.question, content: content))
        work.reply = reply
        if wrong == 8 { work.reply.writeImmutableBuffer(reply) }
        if wrong == 9 { return note("question \(work.question) is never answered") }
        queue.put(.reply(work), at: now + random.int(10...400))
    }

    func reply(_ work: Work) {
        guard lives(work, again: .reply(work)) else { return }
        note("reply to \(work.question)")
        work.connection.inFlight -= 1
        write(work.reply, to: work.connection)
        leaveIfDone(process(of: work.connection))
    }

    /// The lines of a reply, and what they then amount to.
    private func encode(_ content: Intention.Content, wrong: Int?) -> (Intention.Content, ByteBuffer) {
        var lines = ByteBuffer()
        switch content {
        case .facts(let values):
            for name in values.keys.sorted() { lines.writeAttribute("fact.\(name)", values[name] ?? "") }
            return (content, lines)
        case .needs(let names):
            guard wrong == 6 else {
                lines.writeAttribute("need", names.joined(separator: " "))
                return (content, lines)
            }
            lines.writeAttribute("need", "nonsense")
            return (.results([:]), lines)
        case .results(var results):
            let names = results.keys.sorted()
            for name in names { encode(name, results[name] ?? .failed, into: &lines) }
            guard let wrong, let name = names.last else { return (content, lines) }
            if wrong == 5, hasScore(results[name]) {
                // A doubled name that is no verdict spoils the whole message.
                results = [:]
                lines.writeAttribute("score.\(name)", "1.0")
            } else {
                results[name] = spoil(name, results[name], wrong, &lines)
            }
            return (.results(results), lines)
        }
    }

    private func hasScore(_ outcome: Outcome?) -> Bool {
        if case .verdict(_, let score) = outcome { return score != 0 }
        return false
    }

    private func encode(_ name: String, _ outcome: Outcome, into lines: inout ByteBuffer) {
        switch outcome {
        case .failed: lines.writeAttribute("error.\(name)", "it failed")
        case .verdict(let text, let score):
            lines.writeAttribute("verdict.\(name)", text)
            if score != 0 { lines.writeAttribute("score.\(name)", "\(score)") }
        }
    }

    /// Makes the answer of one check wrong. Returns what it is worth then.
    private func spoil(_ name: String, _ outcome: Outcome?, _ wrong: Int, _ lines: inout ByteBuffer) -> Outcome? {
        switch wrong {
        case 0:
            lines.writeAttribute("verdict.\(name)", "none")
        case 1:
            lines.writeAttribute("error.\(name)", "and it failed")
        case 2:
            lines = ByteBuffer(string: String(buffer: lines).replacing("verdict.\(name)=", with: "verdict.\(name)=X"))
        case 3:
            lines.writeAttribute("verdict.nobody", "REJECT nobody asked")
            lines.writeAttribute("colour", "blue")
            return outcome
        case 4:
            lines = ByteBuffer(string: String(buffer: lines).replacing("verdict.\(name)=", with: "verdict."))
        case 5:
            lines.writeAttribute("score.\(name)", "nan")
        default:
            return outcome
        }
        return .failed
    }
}

extension String {
    fileprivate func replacing(_ old: String, with new: String) -> String {
        guard let start = indices.first(where: { self[$0...].hasPrefix(old) }) else { return self }
        return String(self[..<start]) + new + String(self[index(start, offsetBy: old.count)...])
    }
}
