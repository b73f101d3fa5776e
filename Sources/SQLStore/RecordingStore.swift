/// The store of a service that records: a thread with a connection, on which operations are decided and recorded by
/// the rule of ``RecordingBatch``, and other work with the database is done in between.
///
///     let store = try RecordingStore(name: "greylist", handler: GreylistHandler(), open: {
///         try SQLiteConnection(configuration, schema: greylistSchema)
///     })
///     store.submit(operation) { result in ... }
public final class RecordingStore<Handler: RecordingHandler>: Sendable {
    /// Told what became of an operation, after its commit.
    public typealias Completion = @Sendable (RecordingResult<Handler.Verdict>) -> Void
    /// Runs the completions of one batch. A service passes one that hops to its event loop, once for the whole batch.
    public typealias Delivery = @Sendable (_ completions: @escaping @Sendable () -> Void) -> Void

    private let thread: StoreThread<RecordingWorker<Handler>>

    /// Starts the store; it opens its database on its own thread.
    /// - Parameters:
    ///   - name: The thread's name, at most 15 bytes.
    ///   - handler: Decides the operations; it moves to the thread.
    ///   - open: Opens the connection; called on the thread, again after each failure.
    ///   - deliver: Runs completions; as shipped on the store's thread.
    ///   - onTendingFailure: Told on the thread when the handler's timed work failed, unless only by somebody
    ///     else's lock; for the log.
    ///   - onStateChange: Told on the thread, once, when the database is lost and when it is back.
    /// - Throws: `.unavailable` when no thread can be started.
    public init(
        name: String, handler: sending Handler, limits: StoreLimits = StoreLimits(), clock: StoreClock = .system,
        open: @escaping @Sendable () throws -> Handler.Connection,
        deliver: @escaping Delivery = { $0() },
        onTendingFailure: @escaping @Sendable (SQLError) -> Void = { _ in },
        onStateChange: @escaping @Sendable (StoreState) -> Void = { _ in }
    ) throws(SQLError) {
        let batch = RecordingBatch(handler: handler, clock: clock, busyRepeats: limits.busyRepeats)
        let worker = RecordingWorker(
            batch: batch, clock: clock, opening: open, deliver: deliver, onTendingFailure: onTendingFailure)
        thread = try StoreThread(
            name: name, limits: limits, clock: clock, worker: worker, onStateChange: onStateChange)
    }

    /// Hands in an operation.
    /// - Returns: False when the queue is full or the store is stopped: the completion is not called then.
    public func submit(_ operation: Handler.Operation, completion: @escaping Completion) -> Bool {
        thread.submit(.operation(operation, completion))
    }

    /// Hands in operations, in their order and with nothing between them. The thread, which may be waiting, finds all of
    /// them at once.
    /// - Returns: How many it has taken: of the others, the last ones, the queue is full or the store is stopped, and
    ///   their completions are not called.
    public func submit(_ operations: [(operation: Handler.Operation, completion: Completion)]) -> Int {
        thread.submit(operations.map { .operation($0.operation, $0.completion) })
    }

    /// Runs `work` on the store's thread, between two batches and outside any transaction (it may open its own): for
    /// management and cleaning. Operations wait meanwhile, so long work is cut into portions.
    /// - Returns: False when the queue is full or the store is stopped: the completion is not called then.
    public func perform<Value: Sendable>(
        _ work: @escaping @Sendable (Handler.Connection) throws -> Value,
        completion: @escaping @Sendable (Result<Value, SQLError>) -> Void
    ) -> Bool {
        performWithHandler({ connection, _ in try work(connection) }, completion: completion)
    }

    /// The same with access to the handler, for changes that its snapshots must show at once.
    public func performWithHandler<Value: Sendable>(
        _ work: @escaping @Sendable (Handler.Connection, inout Handler) throws -> Value,
        completion: @escaping @Sendable (Result<Value, SQLError>) -> Void
    ) -> Bool {
        thread.submit(
            .work { connection, handler in
                let result = Result { try work(connection.get(), &handler) }
                    .mapError { SQLError(wrapping: $0) }
                return FinishedWork(error: result.failure) { completion(result) }
            })
    }

    /// Refuses what comes from now on, finishes what was handed in, and closes the database. Not to be called from a
    /// completion that runs on the store's thread.
    public func stop() {
        thread.stop()
    }
}

extension Result {
    fileprivate var failure: Failure? {
        guard case .failure(let error) = self else { return nil }
        return error
    }
}
