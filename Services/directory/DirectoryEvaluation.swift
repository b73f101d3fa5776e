internal import MailTypes
internal import PostfixProtocol
internal import SQLStore
internal import ServiceProtocol

/// One request on its way to a reply: the checks are decided by what is known; what they lack is fetched, and they are
/// decided again. Of the request it keeps what that takes: most are decided at once, and nothing outlives the call.
struct DirectoryEvaluation: Sendable {
    /// The names of the checks, in the order of the request.
    private let names: [String]
    private let subject: DirectorySubject
    private let settings: DirectoryService.Settings
    private let deadline: MonotonicInstant
    private let isDryRun: Bool

    init(_ request: borrowing CheckRequest, subject: DirectorySubject, settings: DirectoryService.Settings) {
        names = request.checks
        self.subject = subject
        self.settings = settings
        deadline = request.deadline
        isDryRun = request.isDryRun
    }

    /// No check needs as many; what comes back with new questions each time is given up.
    private static let maximumRounds = 6

    /// What came of the checks in one round.
    private struct Round {
        /// Of each check in its order; of one that is undecided what is said if that is the end of it.
        var results: [(check: String, result: CheckResult)] = []
        var isUndecided = false
        /// The facts that checks need.
        var needs: [FactName] = []
        /// What the check that records has to enter, and its place.
        var recording: (entries: [OutboundWhitelisting.Entry], place: Int)?
    }

    func run(on service: DirectoryService, reply: @escaping @Sendable (CheckReply) -> Void) {
        var knowledge = Knowledge(service.board, domains: settings.domains)
        run(on: service, &knowledge, round: 0, reply)
    }

    private func run(
        on service: DirectoryService, _ knowledge: inout Knowledge, round: Int,
        _ reply: @escaping @Sendable (CheckReply) -> Void
    ) {
        let outcome = decide(&knowledge)
        guard outcome.isUndecided, knowledge.lacksSomething, round < Self.maximumRounds else {
            return finish(outcome, on: service, reply)
        }
        service.board.fetch(knowledge.missing) { [knowledge] received in
            var more = knowledge.adding(received)
            run(on: service, &more, round: round + 1, reply)
        }
    }

    private func decide(_ knowledge: inout Knowledge) -> Round {
        var round = Round()
        round.results.reserveCapacity(names.count)
        for name in names {
            knowledge.begin()
            let result: CheckResult
            if let check = DirectoryCheck(name: name) {
                result = decide(check, &knowledge, &round)
            } else if name == DirectoryService.outboundCheck {
                result = record(&knowledge, &round)
            } else {
                result = .error("unknown check \(name)")
            }
            round.results.append((check: name, result: result))
        }
        return round
    }

    private func decide(
        _ check: DirectoryCheck, _ knowledge: inout Knowledge, _ round: inout Round
    ) -> CheckResult {
        guard subject.state == .rcpt else { return .verdict(.none) }
        switch settings.rules.decide(check, subject, &knowledge) {
        case .verdict(let verdict, let reason): return .verdict(verdict, reason: reason)
        case .needs(let names): round.needs += names
        case .undecided: round.isUndecided = true
        }
        return Self.undecided(knowledge)
    }

    private func record(_ knowledge: inout Knowledge, _ round: inout Round) -> CheckResult {
        guard let entries = entries(&knowledge) else {
            round.isUndecided = true
            return Self.undecided(knowledge)
        }
        if !entries.isEmpty, round.recording == nil { round.recording = (entries, round.results.count) }
        return .verdict(.none)
    }

    private static func undecided(_ knowledge: Knowledge) -> CheckResult {
        .error(knowledge.failure ?? "too many questions to the directory")
    }

    // MARK: - The reply

    private func finish(
        _ round: Round, on service: DirectoryService, _ reply: @escaping @Sendable (CheckReply) -> Void
    ) {
        guard round.needs.isEmpty else { return reply(.needs(round.needs)) }
        guard let (entries, place) = round.recording, !isDryRun else { return reply(.results(round.results)) }
        service.enter(entries, until: deadline) { error in
            var results = round.results
            if let error { results[place].result = .error("lists: \(error.code.rawValue)") }
            reply(.results(results))
        }
    }

    // MARK: - Whom a user writes to

    private func entries(_ knowledge: inout Knowledge) -> [OutboundWhitelisting.Entry]? {
        let recipients = Set(subject.recipients.compactMap { Mailbox(parsing: $0) }).sorted { $0.text < $1.text }
        return OutboundWhitelisting.entries(user: subject.user, recipients: recipients, &knowledge)
    }
}
