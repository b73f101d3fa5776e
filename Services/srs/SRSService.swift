public import Logging
internal import MailTypes
internal import SQLStore
public import ServiceProtocol
internal import Synchronization

/// Answers the maps `srs-forward` and `srs-reverse`.
///
/// Whether a domain is local comes with the request as the fact `local:DOMAIN`. An address whose domain could be local
/// for all that is known is left as it is: rewriting a local sender would be worse than not rewriting a foreign one.
public final class SRSService: PolicyService {
    let store: SRSStore
    let clock: ServiceClock
    let log: Logger
    private let settings: Mutex<Settings>
    private let counters = Mutex(SRSCounters())
    private let storeConfiguration: StoreConfiguration

    /// Why the service cannot be started.
    public struct ConfigurationError: Error, CustomStringConvertible {
        /// One line for the administrator.
        public let description: String
    }

    /// What a reload changes.
    private struct Settings: Sendable {
        var rewriter: SRSRewriter?
        var onFailure: LookupFailureRule
    }

    /// A service that opens its database on a thread of its own.
    /// - Throws: ``ConfigurationError`` when a domain is given and no secret; `SQLError` when there is no thread.
    public init(
        configuration: SRSConfiguration, common: CommonConfiguration, clock: ServiceClock = .system, log: Logger
    ) throws {
        settings = Mutex(try Self.settings(configuration, common))
        storeConfiguration = configuration.store
        store = try SRSStore(configuration.store, clock: clock, log: log)
        self.clock = clock
        self.log = log
        if configuration.domain == nil { log.notice("no SRS domain, nothing is rewritten") }
    }

    /// Takes another configuration; lookups that come from now on are answered by it. The database stays the same.
    public func apply(_ configuration: SRSConfiguration, common: CommonConfiguration) {
        do {
            let changed = try Self.settings(configuration, common)
            settings.withLock { $0 = changed }
        } catch {
            log.error("configuration not applied: \(error)")
        }
        if configuration.store != storeConfiguration {
            log.warning("another database takes effect with the next start")
        }
    }

    private static func settings(
        _ configuration: SRSConfiguration, _ common: CommonConfiguration
    ) throws -> Settings {
        Settings(rewriter: try rewriter(configuration, common), onFailure: configuration.onFailure)
    }

    private static func rewriter(
        _ configuration: SRSConfiguration, _ common: CommonConfiguration
    ) throws -> SRSRewriter? {
        guard let domain = configuration.domain.flatMap({ Domain(parsing: $0) }) else { return nil }
        guard let signer = SRSSigner(secrets: configuration.secrets, hashLength: configuration.hashLength) else {
            throw ConfigurationError(
                description: "no secret in \(configuration.secretFile ?? "secret-file"), and domain is given")
        }
        return SRSRewriter(
            srsDomain: domain, hostname: Domain(parsing: common.hostname), signer: signer,
            validity: configuration.validityDays)
    }

    /// What the service says of itself.
    public var hello: Hello {
        Hello(service: "srs", wants: [FactWant(kind: "local", attribute: "key")])
    }

    /// Whether the database works, and how many lookups had which result.
    public func statistics() -> [(name: String, value: String)] {
        [("database", store.isFailing ? "failing" : "working")] + counters.withLock { $0 }.list
    }

    /// Finishes what was begun and closes the database.
    public func stop() {
        store.stop()
    }

    /// The rewriter in force; nil without a domain.
    var currentRewriter: SRSRewriter? {
        settings.withLock { $0.rewriter }
    }

    /// The answer to what cannot be decided.
    var failureRule: LookupFailureRule {
        settings.withLock { $0.onFailure }
    }

    /// Today, in days since 1970-01-01 UTC.
    var today: Int {
        SRSTimestamp.day(unixTime: Int64(clock.unixSeconds()))
    }

    /// Adds a lookup to the statistics.
    func count(_ outcome: SRSOutcome, isForward: Bool) {
        counters.withLock { $0.add(outcome, isForward: isForward) }
    }

    /// Adds a lookup that failed for want of the excluded domains.
    func countUnreadExclusions() {
        counters.withLock { $0.exclusionsUnread &+= 1 }
    }
}

/// How many lookups had which result.
struct SRSCounters: Sendable {
    var rewritten = 0
    var reversed = 0
    var bypassed = 0
    var failed = 0
    var localityUnknown = 0
    var exclusionsUnread = 0

    mutating func add(_ outcome: SRSOutcome, isForward: Bool) {
        switch outcome {
        case .rewritten:
            if isForward { rewritten &+= 1 } else { reversed &+= 1 }
        case .bypassed: bypassed &+= 1
        case .failed(.localityUnknown): localityUnknown &+= 1
        case .failed: failed &+= 1
        }
    }

    var list: [(name: String, value: String)] {
        [
            ("rewritten", "\(rewritten)"), ("reversed", "\(reversed)"), ("bypassed", "\(bypassed)"),
            ("failed", "\(failed)"), ("locality-unknown", "\(localityUnknown)"),
            ("exclusions-unread", "\(exclusionsUnread)"),
        ]
    }
}
