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
        store = try SRSStore(
            configuration.store, bound: OriginalsBound(maximum: configuration.maximumOriginals), clock: clock, log: log)
        self.clock = clock
        self.log = log
        if configuration.domain == nil { log.notice("no SRS domain, nothing is rewritten") }
        warnOfEndedSecrets()
    }

    /// Takes another configuration; lookups that come from now on are answered by it. The database stays the same.
    public func apply(_ configuration: SRSConfiguration, common: CommonConfiguration) {
        do {
            let changed = try Self.settings(configuration, common)
            settings.withLock { $0 = changed }
        } catch {
            log.error("configuration not applied: \(error)")
        }
        store.limit(to: OriginalsBound(maximum: configuration.maximumOriginals))
        if configuration.store != storeConfiguration {
            log.warning("another database takes effect with the next start")
        }
        warnOfEndedSecrets()
    }

    private func warnOfEndedSecrets() {
        guard let signer = currentRewriter?.signer, !signer.canSign(on: today) else { return }
        log.error("all secrets have ended: nothing is rewritten or reversed")
    }

    private static func settings(
        _ configuration: SRSConfiguration, _ common: CommonConfiguration
    ) throws -> Settings {
        Settings(rewriter: try rewriter(configuration, common), onFailure: configuration.onFailure)
    }

    private static func rewriter(
        _ configuration: SRSConfiguration, _ common: CommonConfiguration
    ) throws -> SRSRewriter? {
        guard let domains = configuration.domains else { return nil }
        let signer = SRSSigner(
            secrets: configuration.secrets, hashLength: configuration.hashLength,
            formerHashLengths: configuration.formerHashLengths)
        guard let signer else {
            throw ConfigurationError(
                description: "no secret in \(configuration.secretFile ?? "secret-file"), and domain is given")
        }
        return SRSRewriter(
            domains: domains, hostname: Domain(parsing: common.hostname), signer: signer,
            validity: configuration.validityDays, keeping: configuration.keepOriginals)
    }

    /// What the service says of itself.
    public var hello: Hello {
        Hello(service: "srs", wants: [FactWant(kind: "local", attribute: "key")])
    }

    /// Whether the database works, and how many lookups had which result.
    public func statistics() -> [(name: String, value: String)] {
        [("database", store.standing.rawValue)] + counters.withLock { $0 }.list
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
