internal import PostfixProtocol
internal import ServiceProtocol

extension PolicyEvaluation {
    /// Reads on in the order of precedence as far as outcomes are known, stage by stage.
    mutating func read(now: MonotonicInstant, actions: inout [Action]) {
        while !isFinished {
            let end = plan.stages.indices.contains(stageIndex) ? plan.stages[stageIndex].checks.upperBound : cursor
            while cursor < end {
                guard readOne(now: now, actions: &actions) else { return }
            }
            guard stageIndex + 1 < plan.stages.count else {
                finish(final: nil, now: now, actions: &actions)
                return
            }
            beginNextStage(now: now, actions: &actions)
        }
    }

    /// Reads the check at the cursor. Returns false when it is undecided or ended the reading.
    private mutating func readOne(now: MonotonicInstant, actions: inout [Action]) -> Bool {
        let check = plan.checks[cursor]
        switch states[cursor] {
        case .undecided:
            return false
        case .skipped:
            break
        case .failed(let reason, let text):
            trace(check.name, "failed: \(text)", now: now)
            remarks.append(.init(kind: .failed, check: check.name, text: text))
            noteOutcome(.failed(reason))
            if check.mode == .enforce { applyFailureRule(of: check, text) }
        case .decided(let verdict, let reason, let score):
            if mustWaitForLocality(verdict, of: check) { return false }
            trace(check.name, reason.isEmpty ? verdict.text : "\(verdict.text) (\(reason))", now: now)
            noteOutcome(.verdict(verdict.word, isShadow: check.mode == .shadow))
            if check.mode == .shadow {
                if verdict != .none { remarks.append(.init(kind: .shadow, check: check.name, text: verdict.text)) }
            } else {
                // Once per message, however many recipients the check is asked for.
                if score != 0, session.scores[check.name] == nil { session.scores[check.name] = score }
                if apply(verdict, of: check, reason: reason, now: now, actions: &actions) { return false }
            }
        }
        cursor += 1
        return true
    }

    private mutating func noteOutcome(_ outcome: PolicyDecision.Outcome) {
        if outcomes.isEmpty { outcomes.reserveCapacity(plan.checks.count) }
        outcomes.append((cursor, outcome))
    }

    private mutating func applyFailureRule(of check: PlannedCheck, _ text: String) {
        let rules = check.failureRules
        let rule = request.isEmpty(.saslUsername) ? rules.unauthenticated : rules.authenticated
        guard let action = rule.action, !isSpared(check) else { return }
        carried.add(.init(action: action, check: check.name, reason: text, isFailureRule: true))
    }

    /// Whether the failed check would have had nothing to say, going by the last known list of local domains.
    private func isSpared(_ check: PlannedCheck) -> Bool {
        guard check.definition.sparesForeignSenders, request.isEmpty(.saslUsername) else { return false }
        let want = FactWant(kind: "local", attribute: "sender")
        // The null sender, and what is no address, are nobody's.
        guard let name = want.name(for: request.string(.sender)) else { return true }
        return lastKnown.completing([name: unknownFactValue])[name] == "no"
    }

    /// Returns whether the verdict ended the reading.
    private mutating func apply(
        _ verdict: Verdict, of check: PlannedCheck, reason: String, now: MonotonicInstant, actions: inout [Action]
    ) -> Bool {
        switch verdict {
        case .none:
            return false
        case .pass:
            finish(final: nil, passedBy: (check.name, reason), now: now, actions: &actions)
            return true
        case .action(let action):
            if Verdict.weight(of: action) == .carried {
                carried.add(.init(action: action, check: check.name, reason: reason))
                return false
            }
            if action.kind == .dunno { return false }
            if action.kind == .ok, !(check.mayPermit && recipientIsLocal) {
                finish(final: nil, passedBy: (check.name, reason), now: now, actions: &actions)
                return true
            }
            let item = CarriedActions.Item(action: action, check: check.name, reason: reason)
            finish(final: item, now: now, actions: &actions)
            return true
        }
    }

    /// A verdict known before the wanted facts are, such as the frontend's own, must not lose its `OK` for that.
    private func mustWaitForLocality(_ verdict: Verdict, of check: PlannedCheck) -> Bool {
        guard wantedFactsMissing > 0, check.mayPermit, check.mode == .enforce else { return false }
        return verdict == .action(.ok)
    }

    /// Known true; unknown counts as no, since `OK` skips Postfix's own relay protection.
    private var recipientIsLocal: Bool {
        let want = FactWant(kind: "local", attribute: "recipient")
        return want.name(for: request.string(.recipient)).flatMap { facts[$0] } == "yes"
    }

    mutating func finish(
        final: CarriedActions.Item?, passedBy: (check: String, reason: String)? = nil, now: MonotonicInstant,
        actions: inout [Action]
    ) {
        isFinished = true
        for (index, question) in questions.enumerated() where question.isOpen {
            actions.append(.cancel(index: index, service: question.service))
        }
        let state = request.protocolState
        let reply = final ?? carried.takeReply(at: state)
        let isRefusal = final.map { $0.action.kind != .ok } ?? false
        let remainder = carried.remainder(at: state, afterRefusal: isRefusal)
        session.waiting = remainder.waiting
        for item in remainder.lost {
            remarks.append(.init(kind: .unsent, check: item.check, text: item.action.text))
        }
        rememberRecipient(reply: reply?.action ?? .dunno)
        actions.append(
            .finish(
                PolicyDecision(
                    action: reply?.action ?? .dunno, check: reply?.check ?? passedBy?.check,
                    reason: reply?.reason ?? passedBy?.reason ?? "", plan: plan, remarks: remarks,
                    outcomes: outcomes, answers: answers, steps: steps ?? [],
                    microseconds: now.microseconds(since: started))))
    }

    private var answers: [(positions: [Int], microseconds: Int)] {
        var answers: [(positions: [Int], microseconds: Int)] = []
        answers.reserveCapacity(questions.count)
        for question in questions {
            guard case .checks(let checks) = question.purpose, let took = question.took else { continue }
            answers.append((checks.positions, took))
        }
        return answers
    }

    private mutating func rememberRecipient(reply: PolicyAction) {
        guard plan.remembersRecipients, !isDryRun, plan.state == .rcpt, !request.isEmpty(.recipient) else { return }
        switch reply.kind {
        case .reject, .code4, .code5, .defer, .deferIfPermit: return
        default: session.recipients.insert(request.string(.recipient))
        }
    }
}
