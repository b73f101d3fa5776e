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

    private var batch: RecordingBatch<Handler>
    private let opening: @Sendable () throws -> Connection
    private let deliver: @Sendable (@escaping @Sendable () -> Void) -> Void
    private let onTendingFailure: @Sendable (SQLError) -> Void
    private var operations: [Handler.Operation] = []
    private var completions: [Completion] = []

    init(
        batch: RecordingBatch<Handler>, opening: @escaping @Sendable () throws -> Connection,
        deliver: @escaping @Sendable (@escaping @Sendable () -> Void) -> Void,
        onTendingFailure: @escaping @Sendable (SQLError) -> Void
    ) {
        self.batch = batch
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

    mutating func run(_ jobs: [Job], on connection: Connection) -> StoreHealth {
        var failure: SQLError?
        for job in jobs {
            switch job {
            case .operation(let operation, let completion):
                operations.append(operation)
                completions.append(completion)
            case .work(let work):
                failure = flush(on: connection) ?? failure
                failure = perform(work, on: connection) ?? failure
            }
        }
        failure = flush(on: connection) ?? failure
        connection.relieve()
        return health(of: connection, after: failure)
    }

    mutating func refuse(_ jobs: [Job], because error: SQLError) {
        var refused: [Completion] = []
        for job in jobs {
            switch job {
            case .operation(_, let completion): refused.append(completion)
            case .work(let work): deliver(work(.failure(error), &batch.handler).completion)
            }
        }
        let completions = refused
        deliver {
            for completion in completions {
                completion(.unavailable(error))
            }
        }
    }

    mutating func tend(_ connection: Connection, isQuiet: Bool) -> StoreHealth {
        do {
            try batch.handler.tend(connection, now: batch.now(), isQuiet: isQuiet)
        } catch {
            onTendingFailure(SQLError(wrapping: error))
        }
        connection.rollback()
        return health(of: connection)
    }

    // MARK: - Parts of a batch

    private mutating func flush(on connection: Connection) -> SQLError? {
        guard !operations.isEmpty else { return nil }
        let results = batch.run(operations, on: connection)
        let completions = completions
        operations.removeAll(keepingCapacity: true)
        self.completions.removeAll(keepingCapacity: true)
        deliver {
            for (completion, result) in zip(completions, results) {
                completion(result)
            }
        }
        return results.lazy.compactMap(\.error).first
    }

    private mutating func perform(_ work: Work, on connection: Connection) -> SQLError? {
        let finished = work(.success(connection), &batch.handler)
        connection.rollback()
        deliver(finished.completion)
        return finished.error
    }

    /// After a failure the connection is tried: one bad request must not cost all others their connection.
    private func health(of connection: Connection, after failure: SQLError?) -> StoreHealth {
        guard let failure, failure.code != .busy, failure.code != .constraint else { return .sound }
        return health(of: connection)
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
