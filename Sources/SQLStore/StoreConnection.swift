/// What the store's thread and the recording rule ask of an engine's connection. A connection belongs to the thread
/// that opened it.
public protocol StoreConnection: AnyObject, SendableMetatype {
    /// Whether a transaction is open.
    var isInTransaction: Bool { get }
    /// Opens a transaction that may write; waits for other writers within the engine's own limit.
    func begin() throws(SQLError)
    /// Commits the open transaction. After an error the transaction may still be open.
    /// - Throws: `.commitUnknown` when a server was lost before it could say whether it has committed.
    func commit() throws(SQLError)
    /// Rolls back if a transaction is open. A failure here shows in the next ``begin()`` or ``probe()``.
    func rollback()
    /// The clock of a database that hosts share, in seconds since 1970; nil for one on this host, whose own clock counts.
    func unixTime() throws(SQLError) -> Int?
    /// Finds out, after a failure, whether the connection can still read and write.
    func probe() throws(SQLError)
    /// Creates the tables of the recording rule where they are missing, and the trace table when it is asked for.
    func prepareRecording(trace: Bool) throws(SQLError)
    /// Makes the keys, which come unique and in order, this transaction's own, and tells the verdict that is stored
    /// for each. `now` is CLOCK_MONOTONIC in milliseconds.
    func claim(_ keys: [SeenKey], now: Int) throws(SQLError) -> SeenClaim
    /// Stores the verdicts of keys that the same transaction claimed and found without one, in order.
    func store(_ verdicts: [SeenVerdict], in claim: SeenClaim) throws(SQLError)
    /// Appends decided operations to the trace table of test builds, in order of decision.
    func trace(_ verdicts: [SeenVerdict]) throws(SQLError)
    /// Called between batches when the replies have left: the place for work that must be done but need not be waited
    /// for.
    func relieve() throws(SQLError)
    /// Ends the connection. Nothing may be called afterwards.
    func close()
}

/// One check of one request, as it stands in the tables of seen keys.
public struct SeenKey: Hashable, Comparable, Sendable {
    /// The request's key.
    public var key: RecordingKeyBytes
    /// The check's name.
    public var check: String

    /// Makes the pair.
    public init(key: RecordingKeyBytes, check: String) {
        self.key = key
        self.check = check
    }

    /// Orders by key, then by check: the order in which all stores take their locks.
    public static func < (left: SeenKey, right: SeenKey) -> Bool {
        left.key == right.key ? left.check < right.check : left.key < right.key
    }
}

/// A seen key with its verdict in the form in which it is stored.
public struct SeenVerdict: Hashable, Sendable {
    /// The key and the check.
    public var seen: SeenKey
    /// The verdict as text.
    public var verdict: String

    /// Makes the row.
    public init(seen: SeenKey, verdict: String) {
        self.seen = seen
        self.verdict = verdict
    }
}

/// What claiming keys found out.
public struct SeenClaim: Hashable, Sendable {
    /// For each claimed key the stored verdict, nil where the key is new.
    public var verdicts: [String?]
    /// The numbers (0, 1) of the tables into which new keys go.
    public var tables: [Int]

    /// Makes a claim's result.
    public init(verdicts: [String?], tables: [Int]) {
        self.verdicts = verdicts
        self.tables = tables
    }
}
