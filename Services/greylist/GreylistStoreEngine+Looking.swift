internal import SQLStore
internal import ServiceProtocol
internal import Synchronization

extension GreylistStoreEngine {
    /// How many attempts are looked at together.
    private static var batch: Int { 256 }

    func decide(_ attempt: PendingAttempt) {
        switch inbox.add(attempt) {
        case .waiting: break
        case .full: attempt.reply(.failed("too many attempts wait for the database"))
        case .first: schedule()
        }
    }

    private func schedule() {
        let turn = LookingTurn()
        let isScheduled = store.performWithHandler(
            { [self] _, handler in
                turn.begin()
                return try lookAtBatch(&handler)
            },
            completion: { [self] result in finish(result, turn) })
        if !isScheduled { failAll("too much waits for the database") }
    }

    /// What is left after a batch, or when there is no database to look into.
    private func finish(_ result: Result<Bool, SQLError>, _ turn: LookingTurn) {
        switch result {
        case .success(let isMore):
            if isMore { schedule() }
        case .failure(let error):
            alarm.failed(error)
            if !turn.hasBegun {
                failAll("database: \(error.code.rawValue)")
            } else if inbox.hasAttempts {
                schedule()
            }
        }
    }

    private func failAll(_ text: String) {
        var isMore = true
        while isMore {
            let taken = inbox.take(maximum: .max)
            for attempt in taken.attempts { attempt.reply(.failed(text)) }
            isMore = taken.isMore
        }
    }

    /// Looks at what waits, answers what a look settles, hands in the rest.
    /// - Returns: Whether others wait.
    /// - Throws: The first error, when all have been answered: the store then finds out whether its connection is
    ///   still of use.
    private func lookAtBatch(_ handler: inout GreylistHandler<Connection>) throws -> Bool {
        let taken = inbox.take(maximum: Self.batch)
        let now = clock.monotonic()
        var attempts = taken.attempts
        for attempt in attempts where attempt.request.deadline <= now { attempt.reply(.failed("deadline passed")) }
        attempts.removeAll { $0.request.deadline <= now }
        let failure = look(at: attempts, &handler)
        if let failure { throw failure }
        try handler.finishLooking()
        return taken.isMore
    }

    /// - Returns: The first error.
    private func look(at attempts: [PendingAttempt], _ handler: inout GreylistHandler<Connection>) -> SQLError? {
        guard !attempts.isEmpty else { return nil }
        do {
            let findings = try handler.look(at: attempts)
            settle(attempts, findings)
            return nil
        } catch {
            let error = error as? SQLError ?? SQLError(.other, "\(type(of: error))")
            // A value that the engine refuses is one attempt's own.
            if error.code == .constraint, attempts.count > 1 {
                return attempts.reduce(nil) { first, attempt in look(at: [attempt], &handler) ?? first }
            }
            for attempt in attempts { attempt.reply(.failed("database: \(error.code.rawValue)")) }
            return error
        }
    }

    private func settle(_ attempts: [PendingAttempt], _ findings: [GreylistHandler<Connection>.Finding]) {
        let now = clock.monotonic()
        var unsettled: [(attempt: PendingAttempt, triplet: Triplet)] = []
        for (place, finding) in findings.enumerated() {
            let attempt = attempts[place]
            switch finding {
            case .renewal:
                unsettled.append((attempt, attempt.subject.triplet))
            case .undecided(let triplet):
                if case .unasked(let name) = attempt.listing {
                    attempt.reply(.needs(name))
                } else {
                    unsettled.append((attempt, triplet))
                }
            case .exempt(let reason):
                attempt.reply(.exempt(reason))
            case .known:
                cache.insert(attempt.client, at: now)
                attempt.reply(.decided(.known))
            }
        }
        // What is to be recorded has not worked yet.
        if unsettled.count < attempts.count { alarm.worked() }
        record(unsettled)
    }

    /// Hands in what is to be recorded, all at once.
    private func record(_ unsettled: [(attempt: PendingAttempt, triplet: Triplet)]) {
        guard !unsettled.isEmpty else { return }
        let taken = store.submit(
            unsettled.map { attempt, triplet in
                (attempt.operation(triplet), { [alarm] result in Self.answer(attempt, result, alarm) })
            })
        for (attempt, _) in unsettled.dropFirst(taken) { attempt.reply(.failed("too much waits for the database")) }
    }

    private static func answer(
        _ attempt: PendingAttempt, _ result: RecordingResult<GreylistDecision>, _ alarm: StoreAlarm
    ) {
        switch result {
        case .decided(let decision), .repeated(let decision):
            alarm.worked()
            attempt.reply(.decided(decision))
        case .expired:
            attempt.reply(.failed("deadline passed"))
        case .unavailable(let error), .failed(let error):
            alarm.failed(error)
            attempt.reply(.failed("database: \(error.code.rawValue)"))
        }
    }
}

/// Whether the store got as far as looking: when it has no connection, nobody has taken what waits.
private final class LookingTurn: Sendable {
    private let isBegun = Atomic(false)

    var hasBegun: Bool { isBegun.load(ordering: .relaxed) }

    func begin() {
        isBegun.store(true, ordering: .relaxed)
    }
}
