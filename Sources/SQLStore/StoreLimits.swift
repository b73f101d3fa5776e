/// Bounds and pauses of a store's thread. Times are milliseconds.
public struct StoreLimits: Hashable, Sendable {
    /// How many jobs may wait; one more is refused at once.
    public var queue = 8192
    /// How many jobs are taken as one batch at most.
    public var maximumBatch = 256
    /// After so long without a job the store is quiet and is tended.
    public var quietPeriod = 250
    /// The time between two tendings of a quiet store.
    public var tendInterval = 1000
    /// A store that is never quiet is tended this often.
    public var tendIntervalUnderLoad = 10_000
    /// The first pause before a failed opening is tried again; it doubles each time.
    public var firstReopenPause = 100
    /// The longest pause before an opening is tried again: with the time that an opening may take, a store works again
    /// within five seconds of its database's return.
    public var longestReopenPause = 2000
    /// How often a batch that met a lock is repeated before its members fail.
    public var busyRepeats = 20

    /// The shipped limits.
    public init() {}
}
