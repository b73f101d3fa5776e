/// Whether a connection can go on being used.
public enum StoreHealth: Hashable, Sendable {
    /// It can.
    case sound
    /// It must be closed and opened again.
    case broken(SQLError)
}

/// Whether the store has a connection.
public enum StoreState: Hashable, Sendable {
    /// Jobs are run.
    case available
    /// Jobs are refused at once, for this reason.
    case unavailable(SQLError)
}

/// What a store's thread does. Everything here runs on that thread and may block.
public protocol StoreWorker: SendableMetatype {
    /// What is submitted.
    associatedtype Job: Sendable
    /// The engine's connection.
    associatedtype Connection

    /// Opens a connection.
    mutating func open() throws -> Connection
    /// Runs a batch: everything that waited, in order.
    mutating func run(_ jobs: [Job], on connection: Connection) -> StoreHealth
    /// Fails a batch because there is no connection.
    mutating func refuse(_ jobs: [Job], because error: SQLError)
    /// Timed work between batches.
    mutating func tend(_ connection: Connection, isQuiet: Bool) -> StoreHealth
    /// Ends a connection.
    mutating func close(_ connection: Connection)
    /// Whether it holds jobs that are to be run again: by `run` with no new ones as soon as there is a connection;
    /// until then `refuse` with no new ones gives up those that nobody waits for any more.
    var isHolding: Bool { get }
    /// Fails what it still holds: the thread ends.
    mutating func abandon(because error: SQLError)
}

extension StoreWorker {
    /// No.
    public var isHolding: Bool { false }

    /// Does nothing.
    public mutating func abandon(because error: SQLError) {}
}

/// One thread with one connection and a mailbox. What waits in the mailbox is one batch. Opening, and opening again
/// after a failure, happens on the thread; meanwhile each job is refused at once, so that its failure rule applies in
/// time.
public final class StoreThread<Worker: StoreWorker>: Sendable {
    private let mailbox: Mailbox<Worker.Job>
    private let thread: DedicatedThread

    /// Starts the thread.
    /// - Parameters:
    ///   - name: The thread's name, at most 15 bytes.
    ///   - worker: What to do; it moves to the thread.
    ///   - onStateChange: Told once when the connection is lost or cannot be had, and once when it is there (again).
    ///     Called on the thread.
    /// - Throws: `.unavailable` when no thread can be started.
    public init(
        name: String, limits: StoreLimits = StoreLimits(), clock: StoreClock = .system, worker: sending Worker,
        onStateChange: @escaping @Sendable (StoreState) -> Void = { _ in }
    ) throws(SQLError) {
        let mailbox = Mailbox<Worker.Job>(capacity: limits.queue)
        var loop = StoreLoop(
            worker: worker, mailbox: mailbox, limits: limits, clock: clock, onStateChange: onStateChange)
        self.mailbox = mailbox
        thread = try DedicatedThread(name: name) { loop.run() }
    }

    deinit {
        mailbox.close()
    }

    /// Hands a job to the thread.
    /// - Returns: False when the queue is full or the store is stopped; the job is dropped then.
    public func submit(_ job: Worker.Job) -> Bool {
        mailbox.put(job)
    }

    /// Hands jobs to the thread, in their order.
    /// - Returns: How many it has taken; the others are dropped, since the queue is full or the store is stopped.
    public func submit(_ jobs: [Worker.Job]) -> Int {
        mailbox.put(jobs)
    }

    /// Refuses new jobs, waits until the thread has finished all earlier ones and has closed its connection. Not to be
    /// called from the thread itself.
    public func stop() {
        mailbox.close()
        thread.join()
    }
}
