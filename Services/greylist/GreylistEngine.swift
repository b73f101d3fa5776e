internal import SQLStore
internal import ServiceProtocol

/// Greylisting on a database, whatever its engine: what the service asks of it.
protocol GreylistEngine: AnyObject, Sendable {
    /// Looks at an attempt, records it if it must be, and calls its reply.
    func decide(_ attempt: PendingAttempt)
    /// Carries a management verb out; the answer is nil when too much waits.
    func administer(_ verb: GreylistVerb, reply: @escaping @Sendable (Result<AdminReply, SQLError>?) -> Void)
    /// Stores the networks that came with a request of the upkeep, and says whose are wanted next; nil when too much
    /// waits.
    func refreshWhitelist(
        _ request: UpkeepRequest, reply: @escaping @Sendable (Result<WhitelistRefresh, SQLError>?) -> Void)
    /// Finishes what was begun and closes the database. Not to be called from a reply.
    func stop()
}
