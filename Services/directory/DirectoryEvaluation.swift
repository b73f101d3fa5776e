internal import MailTypes
internal import PostfixProtocol
internal import SQLStore
internal import ServiceProtocol

/// One request on its way to a reply: the checks are decided by what is known; what they lack is fetched, and they are
/// decided again. An object, since it goes from thread to thread and is large to copy.
final class DirectoryEvaluation: Sendable {
    private let request: CheckRequest
    private let subject: DirectorySubject
    private let settings: DirectoryService.Settings
    /// By name in the request: the check, if it is one that only reads.
    private let checks: [DirectoryCheck?]

    init(request: CheckRequest, subject: DirectorySubject, settings: DirectoryService.Settings) {
        self.request = request
        self.subject = subject
        self.settings = settings
        checks = request.checks.map { DirectoryCheck(rawValue: $0) }
    }

    /// No check needs as many; what comes back with new questions each time is given up.
    private static let maximumRounds = 6

    /// What came of one check.
    private struct Outcome {
        var decision: Decision
        /// Whether the service has such a check.
        var isKnown = true
        var failure: String?
        /// What the check that records has to enter.
        var entries: [OutboundWhitelisting.Entry] = []
    }

    func run(
        on service: DirectoryService, answers: LookupList<Answer>, round: Int,
        reply: @escaping @Sendable (CheckReply) -> Void
    ) {
        let (outcomes, knowledge) = decide(on: service.board, answers)
        let missing = knowledge.missing
        let isUndecided = outcomes.contains { $0.decision == .undecided }
        guard isUndecided, !missing.isEmpty, round < Self.maximumRounds else {
            return finish(outcomes, on: service, reply)
        }
        let known = knowledge.answers
        service.board.fetch(missing) { received in
            self.run(on: service, answers: known.adding(received), round: round + 1, reply: reply)
        }
    }

    private func decide(on board: LookupBoard, _ answers: LookupList<Answer>) -> ([Outcome], Knowledge) {
        var knowledge = Knowledge(board, answers: answers, domains: settings.domains)
        let outcomes = zip(request.checks, checks).map { name, check in
            knowledge.begin()
            var outcome = decide(name, check, &knowledge)
            outcome.failure = knowledge.failure
            return outcome
        }
        return (outcomes, knowledge)
    }

    private func decide(_ name: String, _ check: DirectoryCheck?, _ knowledge: inout Knowledge) -> Outcome {
        if let check {
            guard request.policy.protocolState == .rcpt else { return Outcome(decision: .none) }
            return Outcome(decision: settings.configuration.rules.decide(check, subject, &knowledge))
        }
        guard name == DirectoryService.outboundCheck else { return Outcome(decision: .none, isKnown: false) }
        guard let entries = entries(&knowledge) else { return Outcome(decision: .undecided) }
        return Outcome(decision: .none, entries: entries)
    }

    // MARK: - The reply

    private func finish(
        _ outcomes: [Outcome], on service: DirectoryService, _ reply: @escaping @Sendable (CheckReply) -> Void
    ) {
        var needs: [FactName] = []
        for outcome in outcomes {
            if case .needs(let names) = outcome.decision { needs += names }
        }
        guard needs.isEmpty else { return reply(.needs(needs)) }
        let results = zip(request.checks, outcomes).map { name, outcome in
            (check: name, result: Self.result(name, outcome))
        }
        guard let place = outcomes.firstIndex(where: { !$0.entries.isEmpty }), !request.isDryRun else {
            return reply(.results(results))
        }
        service.enter(outcomes[place].entries, until: request.deadline) { error in
            var results = results
            if let error { results[place].result = .error("lists: \(error.code.rawValue)") }
            reply(.results(results))
        }
    }

    private static func result(_ name: String, _ outcome: Outcome) -> CheckResult {
        guard outcome.isKnown else { return .error("unknown check \(name)") }
        switch outcome.decision {
        case .verdict(let verdict, let reason): return .verdict(verdict, reason: reason)
        case .undecided, .needs: return .error(outcome.failure ?? "too many questions to the directory")
        }
    }

    // MARK: - Whom a user writes to

    private func entries(_ knowledge: inout Knowledge) -> [OutboundWhitelisting.Entry]? {
        guard request.policy.protocolState == .endOfMessage else { return [] }
        let single = request.policy.string(.recipient)
        let addresses = (request.recipients?.addresses ?? []) + (single.isEmpty ? [] : [single])
        let recipients = Set(addresses.compactMap { Mailbox(parsing: $0) }).sorted { $0.text < $1.text }
        return OutboundWhitelisting.entries(user: subject.user, recipients: recipients, &knowledge)
    }
}
