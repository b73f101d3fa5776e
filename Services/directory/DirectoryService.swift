public import Logging
internal import MailTypes
internal import PostfixProtocol
internal import SQLStore
public import ServiceProtocol
internal import Synchronization

/// The directory service: what it knows about domains, accounts and lists decides checks, and is told as facts.
public final class DirectoryService: PolicyService {
    /// What a configuration comes to. An object, since each request takes it along.
    final class Settings: Sendable {
        let configuration: DirectoryConfiguration
        let common: CommonConfiguration
        let rules: DirectoryRules
        let domains: LocalDomains

        init(_ configuration: DirectoryConfiguration, _ common: CommonConfiguration) {
            self.configuration = configuration
            self.common = common
            rules = configuration.rules
            domains = configuration.domains(hostnames: common.hostnames)
        }
    }

    let settings: Mutex<Settings>
    let backends: DirectoryBackends
    let board: LookupBoard
    let log: Logger
    private let clock: ServiceClock

    /// Starts the threads of the backends. That one of them cannot be reached is no error here but an answer to each
    /// request.
    /// - Throws: When the system has no more threads.
    public convenience init(
        configuration: DirectoryConfiguration, common: CommonConfiguration, clock: ServiceClock = .system, log: Logger
    ) throws {
        try self.init(configuration: configuration, common: common, clock: clock, log: log, source: nil)
    }

    /// - Parameter source: Answers everything instead of the backends; for tests.
    package init(
        configuration: DirectoryConfiguration, common: CommonConfiguration, clock: ServiceClock = .system,
        log: Logger, source: (any LookupSource)?
    ) throws {
        let settings = Mutex(Settings(configuration, common))
        let allWildcards = Flag(configuration.allWildcards)
        let changes = LateBoard()
        let backends = try DirectoryBackends(
            configuration, allWildcards: { allWildcards.value }, onChange: { changes.forget() }, clock: clock, log: log)
        self.settings = settings
        self.backends = backends
        self.allWildcards = allWildcards
        let cache = configuration.cache
        board = LookupBoard(
            AnswerTable(lifetime: cache.lifetime, staleLifetime: cache.serveStale, capacity: cache.entries),
            route: { source ?? backends.source(for: $0) }, clock: { clock.monotonic().milliseconds })
        changes.set(board)
        self.clock = clock
        self.log = log
    }

    private let allWildcards: Flag

    /// Takes another configuration; questions that come from now on are answered by it. The backends stay.
    public func apply(_ configuration: DirectoryConfiguration, common: CommonConfiguration) {
        let changed = Settings(configuration, common)
        let old = settings.withLock { settings in
            defer { settings = changed }
            return settings.configuration
        }
        if !old.hasSameBackends(as: configuration) {
            log.warning("other databases or directory servers are used only after a restart")
        }
        let cache = configuration.cache
        allWildcards.value = configuration.allWildcards
        board.adopt(lifetime: cache.lifetime, staleLifetime: cache.serveStale, capacity: cache.entries)
        board.forget()
        log.info("\(changed.domains.all.count) mail domains in the configuration")
    }

    /// The name of the check that records.
    static let outboundCheck = "whitelist-outbound-list"

    /// What the service says of itself.
    public let hello = Hello(
        service: "directory", checks: DirectoryCheck.allCases.map(\.rawValue) + [outboundCheck],
        records: [outboundCheck], provides: DirectoryFact.allCases.map(\.rawValue),
        reads: [.protocolState, .sender, .recipient, .clientAddress, .reverseClientName, .saslUsername],
        wantsRecipients: true)

    /// A sender that cannot be looked up must not pass.
    public var directFailureRule: FailureRule { .defer }

    // MARK: - Checks

    /// Decides the checks; what is known already decides at once, on the caller's thread.
    public func check(_ request: CheckRequest, reply: @escaping @Sendable (CheckReply) -> Void) {
        let current = settings.withLock { $0 }
        let subject = DirectorySubject(request, settings: current, now: clock.unixSeconds())
        let evaluation = DirectoryEvaluation(request, subject: subject, settings: current)
        evaluation.run(on: self, reply: reply)
    }

    /// Finishes what was asked and closes the connections.
    public func stop() {
        backends.stop()
    }
}

/// The board for those who are made before it.
final class LateBoard: Sendable {
    private struct Reference {
        weak var board: LookupBoard?
    }

    private let reference = Mutex(Reference())

    func set(_ board: LookupBoard) {
        reference.withLock { $0.board = board }
    }

    /// Forgets all answers.
    func forget() {
        reference.withLock { $0.board }?.forget()
    }
}

/// A switch that several threads look at.
final class Flag: Sendable {
    private let isOn: Mutex<Bool>

    init(_ value: Bool) {
        isOn = Mutex(value)
    }

    var value: Bool {
        get { isOn.withLock { $0 } }
        set { isOn.withLock { $0 = newValue } }
    }
}
