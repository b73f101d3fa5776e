public import Logging
internal import MailTypes
internal import PostfixProtocol
internal import SQLStore
public import ServiceProtocol
internal import Synchronization

/// Decides the check `greylist`: refuses the first attempt of an unknown client and accepts its retry.
///
/// A request goes through up to three places: here, where strangers are told from users and a cache knows most known
/// clients; on the store's thread a look that writes nothing; and there again, in a transaction, what has to be
/// recorded.
public final class GreylistService: PolicyService {
    /// The name of the check.
    static let checkName = "greylist"

    let engine: any GreylistEngine
    let log: Logger
    private let cache: PassedClientCache
    private let alarm: StoreAlarm
    private let clock: ServiceClock
    private let rules: CurrentRules
    private let counters = Mutex(GreylistCounters())
    private let database: StoreConfiguration

    /// A service that opens its database on a thread of its own.
    /// - Throws: `SQLError` when no thread can be started.
    public convenience init(
        configuration: GreylistConfiguration, common: CommonConfiguration, clock: ServiceClock = .system, log: Logger
    ) throws {
        switch configuration.store.engine {
        case .sqlite(let file):
            try self.init(configuration, common, clock: clock, log: log) { try SQLiteConnection(file) }
        case .postgreSQL(let server):
            try self.init(configuration, common, clock: clock, log: log) { try PostgreSQLConnection(server) }
        case .mariaDB(let server):
            try self.init(configuration, common, clock: clock, log: log) { try MariaDBConnection(server) }
        }
    }

    /// A service on the connections that `open` opens.
    init<Connection: GreylistConnection>(
        _ configuration: GreylistConfiguration, _ common: CommonConfiguration, clock: ServiceClock, log: Logger,
        open: @escaping @Sendable () throws -> Connection
    ) throws {
        let rules = CurrentRules(GreylistRules(configuration, common))
        let cache = PassedClientCache()
        let alarm = StoreAlarm(
            onFailure: { log.error("the database fails, the check's failure rule applies: \($0)") },
            onRecovery: { log.notice("the database works again") })
        engine = try GreylistStoreEngine(
            cache: cache, alarm: alarm, clock: clock, timing: { rules.value.timing }, open: open)
        self.rules = rules
        self.cache = cache
        self.alarm = alarm
        self.clock = clock
        self.log = log
        database = configuration.store
    }

    /// Takes another configuration; requests that come from now on are decided by it. The database stays the same.
    public func apply(_ configuration: GreylistConfiguration, common: CommonConfiguration) {
        rules.value = GreylistRules(configuration, common)
        if configuration.store != database {
            log.warning("another database takes effect with the next start")
        }
    }

    /// What the service says of itself. The check is idempotent, so it needs no key.
    public var hello: Hello {
        Hello(
            service: "greylist", checks: [Self.checkName], records: [Self.checkName],
            wants: [FactWant(kind: "alias-target", attribute: "recipient")],
            reads: [.protocolState, .sender, .recipient, .clientAddress, .saslUsername],
            upkeep: rules.value.whitelistRefresh)
    }

    /// Decides the check of a request.
    public func check(_ request: CheckRequest, reply: @escaping @Sendable (CheckReply) -> Void) {
        let checks = request.checks
        let send: @Sendable (CheckResult) -> Void = { result in
            reply(.results(checks.map { ($0, $0 == Self.checkName ? result : .error("unknown check \($0)")) }))
        }
        let answer: @Sendable (GreylistAnswer, GreylistRules) -> Void = { answer, rules in
            if case .needs(let name) = answer { reply(.needs([name])) } else { send(rules.result(of: answer)) }
        }
        guard checks.contains(Self.checkName) else { return send(.error("")) }
        let rules = rules.value
        switch rules.entry(request, isKnown: { cache.contains($0, at: clock.monotonic()) }) {
        case .exempt(let reason): return send(rules.result(of: note(.exempt(reason), nil)))
        case .known(let client):
            counters.withLock { $0.knownFromCache &+= 1 }
            return send(rules.result(of: note(.decided(.known), client)))
        case .listed(let client, let domain):
            return send(rules.result(of: note(.exempt("listed by the SPF record of \(domain)"), client)))
        case .attempt(let client, let listing):
            engine.decide(
                PendingAttempt(
                    request, client: client, rules: rules, listing: listing,
                    reply: { answer(self.note($0, client, sender: request.policy.string(.sender)), rules) }))
        }
    }

    /// Counts an answer, and writes what happened to it at level debug: the decision's own line shows only the reason.
    private func note(
        _ answer: GreylistAnswer, _ client: IPAddress?, sender: @autoclosure () -> String = ""
    ) -> GreylistAnswer {
        counters.withLock { $0.add(answer) }
        if let client { log.debug("[\(client)] \(answer.words(sender: EnvelopeAddress(parsing: sender())))") }
        return answer
    }

    /// Looks the networks of whitelisted domains up, by way of the frontend.
    public func upkeep(_ request: UpkeepRequest, reply: @escaping @Sendable (UpkeepReply) -> Void) {
        let interval = rules.value.whitelistRefresh
        engine.refreshWhitelist(request) { result in
            switch result {
            case .success(.over): reply(.done(next: interval))
            case .success(.goesOn(let names, let cursor)): reply(.needs(names, cursor: cursor))
            case .failure(let error): reply(.failed("database: \(error)"))
            case nil: reply(.failed("too much waits for the database"))
            }
        }
    }

    /// Whether the database works, and how many attempts had which result.
    public func statistics() -> [(name: String, value: String)] {
        [("database", alarm.standing.rawValue)] + counters.withLock { $0 }.list
    }

    /// Finishes what was begun and closes the database. Not to be called from a reply.
    public func stop() {
        engine.stop()
    }
}
