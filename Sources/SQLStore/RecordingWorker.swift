/// Work that has been done and whose completion has yet to be delivered.
struct FinishedWork: Sendable {
    var error: SQLError?
    var completion: @Sendable () -> Void

    init(error: SQLError?, completion: @escaping @Sendable () -> Void) {
        self.error = error
        self.completion = completion
    }
}

/// A recording store's side on its thread: runs the operations that wait in a row as one batch, other work in between.
struct RecordingWorker<Handler: RecordingHandler>: StoreWorker {
    typealias Connection = Handler.Connection
    typealias Completion = @Sendable (RecordingResult<Handler.Verdict>) -> Void
    typealias Work = @Sendable (Result<Connection, SQLError>, inout Handler) -> FinishedWork

    enum Job: Sendable {
        case operation(Handler.Operation, Completion)
        case work(Work)
    }

    /// An operation on its way to its answer.
    private struct Pending {
        var operation: Handler.Operation
        var completion: Completion
        /// How many connections were lost with it.
        var losses = 0
    }

    private var batch: RecordingBatch<Handler>
    private let clock: StoreClock
    private let opening: @Sendable () throws -> Connection
    private let deliver: @Sendable (@escaping @Sendable () -> Void) -> Void
    private let onTendingFailure: @Sendable (SQLError) -> Void
    private var pending: [Pending] = []
    /// Operations whose connection was lost; the first of the next batch.
    private var held: [Pending] = []

    /// Whoever loses so many connections may be the reason.
    private static var maximumLosses: Int { 3 }

    init(
        batch: RecordingBatch<Handler>, clock: StoreClock, opening: @escaping @Sendable () throws -> Connection,
        deliver: @escaping @Sendable (@escaping @Sendable () -> Void) -> Void,
        onTendingFailure: @escaping @Sendable (SQLError) -> Void
    ) {
        self.batch = batch
        self.clock = clock
        self.opening = opening
        self.deliver = deliver
        self.onTendingFailure = onTendingFailure
    }

    mutating func open() throws -> Connection {
        let connection = try opening()
        do {
            try connection.prepareRecording(trace: batch.faults.isTracing)
            try batch.handler.connected(to: connection)
        } catch {
            connection.close()
            throw error
        }
        return connection
    }

    mutating func close(_ connection: Connection) {
        connection.close()
    }

    var isHolding: Bool { !held.isEmpty }

    mutating func run(_ jobs: [Job], on connection: Connection) -> StoreHealth {
        var failure: SQLError?
        pending = held
        held = []
        for job in jobs {
            switch job {
            case .operation(let operation, let completion):
                pending.append(Pending(operation: operation, completion: completion))
            case .work(let work):
                failure = flush(on: connection) ?? failure
                failure = perform(work, on: connection) ?? failure
            }
        }
        failure = flush(on: connection) ?? failure
        return health(of: connection, after: failure ?? relieve(connection))
    }

    private func relieve(_ connection: Connection) -> SQLError? {
        do {
            try connection.relieve()
            return nil
        } catch {
            onTendingFailure(error)
            return error
        }
    }

    mutating func refuse(_ jobs: [Job], because error: SQLError) {
        var refused: [Completion] = []
        for job in jobs {
            switch job {
            case .operation(_, let completion): refused.append(completion)
            case .work(let work): deliver(work(.failure(error), &batch.handler).completion)
            }
        }
        complete(refused, .unavailable(error))
        let now = clock.monotonicMilliseconds()
        complete(held.filter { $0.operation.deadline <= now }.map(\.completion), .expired)
        held.removeAll { $0.operation.deadline <= now }
    }

    mutating func abandon(because error: SQLError) {
        complete(held.map(\.completion), .unavailable(error))
        held = []
    }

    private func complete(_ completions: [Completion], _ result: RecordingResult<Handler.Verdict>) {
        guard !completions.isEmpty else { return }
        deliver {
            for completion in completions {
                completion(result)
            }
        }
    }

    mutating func tend(_ connection: Connection, isQuiet: Bool) -> StoreHealth {
        do {
            try batch.handler.tend(connection, now: batch.now(in: connection), isQuiet: isQuiet)
        } catch {
            let error = SQLError(wrapping: error)
            // Somebody else is at work: it comes again. A lock that lasts is told by those who have to record.
            if error.code != .busy { onTendingFailure(error) }
        }
        connection.rollback()
        return health(of: connection)
    }

    // MARK: - Parts of a batch

    private mutating func flush(on connection: Connection) -> SQLError? {
        guard !pending.isEmpty else { return nil }
        let results = batch.run(pending.map { $0.operation }, on: connection)
        var settled: [(Completion, RecordingResult<Handler.Verdict>)] = []
        settled.reserveCapacity(results.count)
        var failure = batch.loss
        // By places: going through two arrays at once costs more than what is done here, in code for all handlers.
        for place in results.indices {
            let result = results[place]
            failure = failure ?? result?.error
            if let result = result ?? verdict(onLossOf: pending[place]) {
                settled.append((pending[place].completion, result))
            }
        }
        pending.removeAll(keepingCapacity: true)
        let answers = settled
        deliver {
            for (completion, result) in answers {
                completion(result)
            }
        }
        return failure
    }

    /// Holds the operation for the next connection, or tells what its end is.
    private mutating func verdict(onLossOf entry: Pending) -> RecordingResult<Handler.Verdict>? {
        var entry = entry
        entry.losses += 1
        guard entry.losses < Self.maximumLosses else {
            return .failed(batch.loss ?? SQLError(.unavailable, "the connection was lost"))
        }
        held.append(entry)
        return nil
    }

    private mutating func perform(_ work: Work, on connection: Connection) -> SQLError? {
        let finished = work(.success(connection), &batch.handler)
        connection.rollback()
        deliver(finished.completion)
        return finished.error
    }

    /// After a failure the connection is tried: one bad request must not cost all others their connection. What lost it
    /// says more than the trial.
    private func health(of connection: Connection, after failure: SQLError?) -> StoreHealth {
        guard let failure, failure.code != .busy, failure.code != .constraint else { return .sound }
        let isLost = failure.code == .unavailable || failure.code == .commitUnknown
        let health = health(of: connection)
        return health != .sound && isLost ? .broken(failure) : health
    }

    private func health(of connection: Connection) -> StoreHealth {
        do {
            try connection.probe()
            return .sound
        } catch {
            return .broken(error)
        }
    }
}
