/// What a service's library hands to its daemon: the answers, without the sockets.
///
/// Each method is called on the process's event loop and must not block; `reply` may be called from any thread, at
/// most once.
public protocol PolicyService: AnyObject, Sendable {
    /// What the service says of itself.
    var hello: Hello { get }
    /// What a Postfix that asks this service directly is told when a check fails.
    var directFailureRule: FailureRule { get }
    /// Decides the checks of `request`.
    func check(_ request: CheckRequest, reply: @escaping @Sendable (CheckReply) -> Void)
    /// Provides facts.
    func facts(_ request: FactRequest, reply: @escaping @Sendable (FactReply) -> Void)
    /// Looks a key up.
    func lookup(_ request: LookupRequest, reply: @escaping @Sendable (LookupResult) -> Void)
    /// Does timed work that needs facts of another service; asked for when `hello` says `upkeep`.
    func upkeep(_ request: UpkeepRequest, reply: @escaping @Sendable (UpkeepReply) -> Void)
    /// Carries a management verb out. `stats` and `reload` are answered by the runtime, which adds `statistics`.
    func administer(_ request: AdminRequest, reply: @escaping @Sendable (AdminReply) -> Void)
    /// Figures of its own for `stats`, by name.
    func statistics() -> [(name: String, value: String)]
    /// Finishes what was begun and closes the store; called once, when all replies have been asked for.
    func stop()
}

extension PolicyService {
    /// `dunno`, unless a service says otherwise.
    public var directFailureRule: FailureRule { .dunno }

    /// A service without checks answers each with an error.
    public func check(_ request: CheckRequest, reply: @escaping @Sendable (CheckReply) -> Void) {
        reply(.results(request.checks.map { ($0, .error("unknown check \($0)")) }))
    }

    /// A service that provides nothing leaves each fact unknown.
    public func facts(_ request: FactRequest, reply: @escaping @Sendable (FactReply) -> Void) {
        reply(FactReply(values: [:]))
    }

    /// A service without tables finds nothing.
    public func lookup(_ request: LookupRequest, reply: @escaping @Sendable (LookupResult) -> Void) {
        reply(.notFound("unknown map \(request.map)"))
    }

    /// A service without timed work is done.
    public func upkeep(_ request: UpkeepRequest, reply: @escaping @Sendable (UpkeepReply) -> Void) {
        reply(.done(next: UpkeepReply.intervals.upperBound))
    }

    /// A service without verbs refuses each by name.
    public func administer(_ request: AdminRequest, reply: @escaping @Sendable (AdminReply) -> Void) {
        reply(.failed("unknown verb \(request.verb)"))
    }

    /// No figures.
    public func statistics() -> [(name: String, value: String)] { [] }

    /// Nothing to finish.
    public func stop() {}
}
