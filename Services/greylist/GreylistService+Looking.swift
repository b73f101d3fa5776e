internal import SQLStore
internal import ServiceProtocol
internal import Synchronization

extension GreylistService {
    /// How many attempts are looked at in one view of the database.
    private static let batch = 256

    /// Puts an attempt where it is looked at on the store's thread.
    func look(at attempt: PendingAttempt) {
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
    private func lookAtBatch(_ handler: inout GreylistHandler) throws -> Bool {
        let taken = inbox.take(maximum: Self.batch)
        let failure = SQLError.first { try handler.beginLooking() }
        var failures = [failure].compactMap { $0 }
        var undecided: [PendingAttempt] = []
        let now = clock.monotonic()
        for attempt in taken.attempts {
            guard attempt.deadline > now else {
                attempt.reply(.failed("deadline passed"))
                continue
            }
            let error = failure ?? SQLError.first { if try !settle(attempt, handler) { undecided.append(attempt) } }
            guard let error else { continue }
            failures.append(error)
            attempt.reply(.failed("database: \(error.code.rawValue)"))
        }
        handler.endLooking()
        for attempt in undecided { record(attempt) }
        if let first = failures.first { throw first }
        return taken.isMore
    }

    /// - Returns: Whether the look settled the attempt, so that it is answered.
    private func settle(_ attempt: PendingAttempt, _ handler: GreylistHandler) throws -> Bool {
        switch try handler.look(at: attempt.subject, timing: attempt.rules.timing) {
        case .undecided:
            // Here the SPF record of the sender's domain will be asked about, by `need=spf-listed:DOMAIN`.
            return false
        case .exempt(let reason):
            attempt.reply(.exempt(reason))
        case .known(let expiry):
            cache.insert(attempt.subject.client, recordExpired: expiry, at: clock.monotonic())
            attempt.reply(.decided(.known))
        }
        alarm.worked()
        return true
    }

    private func record(_ attempt: PendingAttempt) {
        let isTaken = store.submit(attempt.operation) { [alarm] result in
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
        if !isTaken { attempt.reply(.failed("too much waits for the database")) }
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

extension SQLError {
    /// The error that `body` throws.
    fileprivate static func first(_ body: () throws -> Void) -> SQLError? {
        do {
            try body()
            return nil
        } catch {
            return error as? SQLError ?? SQLError(.other, "\(type(of: error))")
        }
    }
}
