/// A request that changes state. It is decided in memory, inside the transaction of the batch it is in.
public protocol RecordingOperation: Sendable {
    /// The request's key, or nil for an operation that is idempotent or cannot be recognised when it comes again.
    var key: RecordingKeyBytes? { get }
    /// The name of the check that asks; a key is seen once for each check.
    var check: String { get }
    /// CLOCK_MONOTONIC in milliseconds. From then on nobody waits for the answer, and nothing may be recorded.
    var deadline: Int { get }
    /// Whether to decide without recording anything.
    var isDryRun: Bool { get }
    /// What stands for the check's name in the trace of test builds: something that tells operations without a key
    /// apart.
    var traceName: String { get }
    /// Whether it may be run again when nobody can say if it was committed: it has a key, or it changes nothing the
    /// second time.
    var isRepeatable: Bool { get }
}

extension RecordingOperation {
    /// The check's name.
    public var traceName: String { check }
    /// What has a key is recognised when it comes again.
    public var isRepeatable: Bool { key != nil }
}

/// A verdict that can be stored beside its key.
public protocol RecordingVerdict: Sendable {
    /// The text to store.
    var storedText: String { get }
    /// Reads what ``storedText`` wrote; nil for anything else.
    init?(storedText: String)
}

extension String: RecordingVerdict {
    /// The text itself.
    public var storedText: String { self }

    /// Takes the text as it is.
    public init?(storedText: String) {
        self = storedText
    }
}

/// Decides operations. It lives on the store's thread and is never called from another one. It must not remember
/// anything that a rollback would make wrong: a batch may be decided again, in parts.
public protocol RecordingHandler: SendableMetatype {
    /// What is decided.
    associatedtype Operation: RecordingOperation
    /// What comes out.
    associatedtype Verdict: RecordingVerdict
    /// The engine's connection.
    associatedtype Connection: StoreConnection

    /// Called after each opening, before the first batch: prepare tables, read settings.
    mutating func connected(to connection: Connection) throws

    /// Decides the operations in their order and records what they change: reads and locks the rows they need in
    /// primary-key order, decides in memory, writes each changed row once. Called inside an open transaction, which it
    /// leaves open.
    /// - Parameter now: Seconds since 1970; never less than in the call before.
    /// - Returns: One verdict for each operation, in order.
    mutating func decide(_ operations: [Operation], now: Int, in connection: Connection) throws -> [Verdict]

    /// Timed work outside any transaction: cleaning up in small portions, reading settings again. Called about once a
    /// second while the store is quiet, and every ten seconds when it never is.
    mutating func tend(_ connection: Connection, now: Int, isQuiet: Bool) throws
}

extension RecordingHandler {
    /// Does nothing.
    public mutating func connected(to connection: Connection) throws {}

    /// Does nothing.
    public mutating func tend(_ connection: Connection, now: Int, isQuiet: Bool) throws {}
}

/// What became of an operation.
public enum RecordingResult<Verdict: Sendable>: Sendable {
    /// Decided now; what it changes is committed (a dry run: rolled back).
    case decided(Verdict)
    /// Its key had been seen: the verdict of that time, and nothing has changed.
    case repeated(Verdict)
    /// Its deadline had passed before COMMIT; nothing is recorded.
    case expired
    /// There is no connection; nothing is recorded.
    case unavailable(SQLError)
    /// This operation failed; nothing is recorded.
    case failed(SQLError)

    /// The verdict, new or old; nil when there is none.
    public var verdict: Verdict? {
        switch self {
        case .decided(let verdict), .repeated(let verdict): verdict
        case .expired, .unavailable, .failed: nil
        }
    }

    /// The error of an operation that failed or found no connection.
    public var error: SQLError? {
        switch self {
        case .unavailable(let error), .failed(let error): error
        case .decided, .repeated, .expired: nil
        }
    }
}

extension RecordingResult: Equatable where Verdict: Equatable {}
