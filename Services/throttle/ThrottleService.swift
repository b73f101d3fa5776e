public import Logging
internal import MailTypes
internal import PostfixProtocol
internal import SQLStore
public import ServiceProtocol
internal import Synchronization

/// The throttle service: limits of messages, bytes, sizes and recipients, decided at the end of each message.
public final class ThrottleService: PolicyService {
    /// The name of its only check.
    public static let checkName = "throttle"

    /// What the service says of itself.
    public let hello = Hello(
        service: "throttle", checks: [checkName], records: [checkName], keyed: [checkName],
        wants: [
            FactWant(kind: "alias-target", attribute: "sender"), FactWant(kind: "alias-target", attribute: "recipient"),
        ],
        reads: [.protocolState, .sender, .recipient, .recipientCount, .clientAddress, .saslUsername, .size],
        wantsRecipients: true)

    private struct Settings: Sendable {
        var configuration: ThrottleConfiguration
        var common: CommonConfiguration
    }

    private let settings: Mutex<Settings>
    private let counts = Mutex(ThrottleCounts())
    private let store: ThrottleStore
    private let clock: ServiceClock
    private let log: Logger

    /// Starts the store, which opens its database on a thread of its own; that it cannot be opened is no error here
    /// but an answer to each request.
    /// - Throws: When the system has no more threads.
    public init(
        configuration: ThrottleConfiguration, common: CommonConfiguration, clock: ServiceClock = .system, log: Logger
    ) throws {
        settings = Mutex(Settings(configuration: configuration, common: common))
        store = try ThrottleStore(configuration.store, clock: clock, log: log)
        self.clock = clock
        self.log = log
    }

    /// A limit that cannot be looked at must not be open.
    public var directFailureRule: FailureRule { .defer }

    /// Takes a new configuration for the messages that come from now on. The database stays.
    public func apply(_ configuration: ThrottleConfiguration, common: CommonConfiguration) {
        let old = settings.withLock { settings in
            defer { settings = Settings(configuration: configuration, common: common) }
            return settings.configuration.store
        }
        if old != configuration.store { log.warning("another database is used only after a restart") }
    }

    // MARK: - Checks

    /// Decides `throttle`; any other check is that check's error.
    public func check(_ request: CheckRequest, reply: @escaping @Sendable (CheckReply) -> Void) {
        let checks = request.checks
        decide(request) { result in
            reply(.results(checks.map { ($0, $0 == Self.checkName ? result : .error("unknown check \($0)")) }))
        }
    }

    private func decide(_ request: CheckRequest, _ reply: @escaping @Sendable (CheckResult) -> Void) {
        guard request.checks.contains(Self.checkName), request.policy.protocolState == .endOfMessage else {
            return reply(.verdict(.none))
        }
        let settings = settings.withLock { $0 }
        let operation = operation(request, settings)
        guard needsStore(operation) else {
            counts.withLock { $0.withoutRules += 1 }
            return reply(.verdict(.none))
        }
        let isSubmitted = store.submit(operation) { result in
            reply(self.result(result, settings.configuration))
        }
        guard !isSubmitted else { return }
        counts.withLock { $0.failed += 1 }
        reply(.error("too many requests wait for the database"))
    }

    private func operation(_ request: CheckRequest, _ settings: Settings) -> ThrottleOperation {
        let message = ThrottleMessage(request, delimiters: settings.common.recipientDelimiters)
        let isTrusted = settings.common.trustedNetworks.contains(message.client)
        return ThrottleOperation(
            key: request.key.map { RecordingKeyBytes(high: $0.high, low: $0.low) },
            deadline: request.deadline.milliseconds, isDryRun: request.isDryRun, message: message,
            subjects: message.subjects(bypassing: settings.configuration.bypasses, isTrusted: isTrusted),
            allWildcards: settings.configuration.allWildcards, wantsDetails: log.logLevel <= .debug)
    }

    /// A message that no rule can concern is answered at once. Before the rules have been read, nothing is.
    private func needsStore(_ operation: ThrottleOperation) -> Bool {
        guard !operation.subjects.isEmpty else { return false }
        guard let rules = store.rules.current else { return true }
        return operation.subjects.contains { rules.hasRules($0.kind) }
    }

    private func result(
        _ result: RecordingResult<ThrottleVerdict>, _ configuration: ThrottleConfiguration
    ) -> CheckResult {
        counts.withLock { counts in
            switch result {
            case .decided(let verdict): counts.outcomes[verdict.outcome, default: 0] += 1
            case .repeated: counts.repeated += 1
            case .expired, .unavailable, .failed: counts.failed += 1
            }
        }
        switch result {
        case .decided(let verdict), .repeated(let verdict):
            for line in verdict.details { log.debug("\(line)") }
            return .verdict(configuration.verdict(verdict.outcome), reason: verdict.reason)
        case .expired: return .error("the deadline has passed")
        case .unavailable(let error), .failed(let error): return .error("database: \(error.code.rawValue)")
        }
    }

    // MARK: - Management

    /// `list what=settings|tracking`, `set what=setting`, `delete what=setting|tracking`.
    public func administer(_ request: AdminRequest, reply: @escaping @Sendable (AdminReply) -> Void) {
        let command: ThrottleCommand
        do {
            command = try ThrottleCommand(request)
        } catch {
            return reply(.failed(error.description))
        }
        let isSubmitted = store.run(command, now: clock.unixSeconds()) { [log] answer in
            if command.isChange, case .done = answer { log.notice("\(request.auditLine)") }
            reply(answer)
        }
        if !isSubmitted { reply(.failed("too many requests wait for the database")) }
    }

    /// Figures about rules and decisions.
    public func statistics() -> [(name: String, value: String)] {
        [
            ("rules", store.rules.current.map { "\($0.count)" } ?? "unknown"),
            ("database", store.alarm.standing.rawValue),
        ] + counts.withLock { $0.lines }
    }

    /// Finishes what was handed in and closes the database.
    public func stop() {
        store.stop()
    }
}
