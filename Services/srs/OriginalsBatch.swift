internal import SQLStore
internal import ServiceProtocol

/// All questions about originals that wait: one look and at most one transaction. Nothing is answered before its commit.
struct OriginalsBatch {
    /// So often a batch is repeated that somebody else's lock has hindered.
    static let repeats = 5

    /// Whoever loses so many connections may be the reason.
    static let maximumLosses = 3

    /// Questions whose connection was lost: asking again changes nothing, so they wait for the next connection.
    private(set) var held: [SRSJob.Question] = []

    private let clock: ServiceClock

    /// A batch without questions.
    init(clock: ServiceClock) {
        self.clock = clock
    }

    /// Answers the questions that are held and these, as far as the connection lasts.
    /// - Returns: What went wrong, if something did.
    mutating func run(
        _ questions: [SRSJob.Question], on connection: any SQLConnection, bound: OriginalsBound
    ) -> SQLError? {
        let all = giveUpExpired(held + questions)
        held = []
        guard !all.isEmpty else { return nil }
        let table = OriginalsTable(connection)
        do {
            answer(all, try attempt(all, table, connection, bound))
            return nil
        } catch {
            return settle(all, table, connection, bound, SQLError(of: error))
        }
    }

    private func attempt(
        _ questions: [SRSJob.Question], _ table: OriginalsTable, _ connection: any SQLConnection,
        _ bound: OriginalsBound
    ) throws -> [Bytes16: String] {
        for _ in 1..<Self.repeats {
            do {
                return try once(questions, table, bound)
            } catch  where SQLError(of: error).code == .busy {
                connection.rollback()
                let now = clock.monotonic()
                guard questions.contains(where: { $0.deadline > now }) else { throw error }
            }
        }
        return try once(questions, table, bound)
    }

    private func once(
        _ questions: [SRSJob.Question], _ table: OriginalsTable, _ bound: OriginalsBound
    ) throws -> [Bytes16: String] {
        let kept = try table.keep(questions.compactMap(\.original), bound: bound)
        let asked = Set(questions.filter { $0.original == nil }.map(\.identifier))
        return asked.isEmpty ? kept : kept.merging(try table.addresses(of: asked)) { old, _ in old }
    }

    /// After a failure of the batch: its members wait for another connection, or are tried one by one, since one of them
    /// may be the reason.
    private mutating func settle(
        _ questions: [SRSJob.Question], _ table: OriginalsTable, _ connection: any SQLConnection,
        _ bound: OriginalsBound, _ error: SQLError
    ) -> SQLError? {
        connection.rollback()
        if error.code == .unavailable || error.code == .commitUnknown {
            for question in questions { hold(question, error) }
            return error
        }
        guard questions.count > 1 else {
            for question in questions { question.answer(.failed(error)) }
            return error
        }
        var failure: SQLError?
        for question in questions {
            do {
                answer([question], try once([question], table, bound))
            } catch {
                connection.rollback()
                let error = SQLError(of: error)
                question.answer(.failed(error))
                failure = failure ?? error
            }
        }
        return failure
    }

    private mutating func hold(_ question: SRSJob.Question, _ error: SQLError) {
        var question = question
        question.losses += 1
        guard question.losses < Self.maximumLosses else { return question.answer(.failed(error)) }
        held.append(question)
    }

    private func answer(_ questions: [SRSJob.Question], _ kept: [Bytes16: String]) {
        for question in questions {
            guard let address = kept[question.identifier] else {
                question.answer(.none)
                continue
            }
            // Another address under its identifier is not this sender's.
            let isOther = question.original.map { $0.address != address } ?? false
            question.answer(
                isOther ? .failed(SQLError(.constraint, "two addresses have one identifier")) : .address(address))
        }
    }

    // MARK: - Without a connection

    /// Answers those held questions that nobody waits for any more.
    mutating func giveUpExpired() {
        held = giveUpExpired(held)
    }

    private func giveUpExpired(_ questions: [SRSJob.Question]) -> [SRSJob.Question] {
        let now = clock.monotonic()
        return questions.filter { question in
            if question.deadline > now { return true }
            question.answer(.failed(SQLError(.timeout, "the time for the answer was over")))
            return false
        }
    }

    /// Fails what is held.
    mutating func abandon(because error: SQLError) {
        for question in held { question.answer(.failed(error)) }
        held = []
    }
}
