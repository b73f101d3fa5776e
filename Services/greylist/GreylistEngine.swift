internal import SQLStore
internal import ServiceProtocol

/// Greylisting on a database, whatever its engine: what the service asks of it.
protocol GreylistEngine: AnyObject, Sendable {
    /// Looks at an attempt, records it if it must be, and calls its reply.
    func decide(_ attempt: PendingAttempt)
    /// Carries a management verb out; the answer is nil when too much waits.
    func administer(_ verb: GreylistVerb, reply: @escaping @Sendable (Result<AdminReply, SQLError>?) -> Void)
    /// Finishes what was begun and closes the database. Not to be called from a reply.
    func stop()
}
