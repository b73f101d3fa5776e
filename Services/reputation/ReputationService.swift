internal import DNS
internal import DNSClient
public import Logging
internal import MailTypes
internal import PostfixProtocol
internal import SPF
public import ServiceProtocol
internal import Synchronization

/// Checks and facts that ask the DNS: SPF, lists of addresses and domains, scores.
///
/// What is known from earlier answers is decided on the event loop; for the rest nobody waits there.
public final class ReputationService: PolicyService {
    /// The checks, by their names.
    enum Check: String, Sendable, CaseIterable {
        case spf
        case dnsbl
        case dnswl
        case domainList = "domain-list"
        case senderScore = "senderscore"
    }

    /// What is kept back of an asker's time for the way of the answer, in milliseconds.
    private static let reserve = 100
    /// How long an asker without a deadline is taken to wait, in milliseconds.
    private static let longestWait = 10_000

    let client: DNSClient
    let evaluator: SPFEvaluator
    let store: SenderScoreStore
    let clock: ServiceClock
    let log: Logger

    private struct Settings: Sendable {
        var configuration: ReputationConfiguration
        var common: CommonConfiguration
        var checks: ReputationChecks
    }

    private let settings: Mutex<Settings>

    /// A service with a thread for the DNS; one for the store begins when it is needed.
    /// - Throws: `DNSClientError` when no thread can be started.
    public init(
        configuration: ReputationConfiguration, common: CommonConfiguration, clock: ServiceClock = .system, log: Logger
    ) throws {
        let client = try DNSClient(configuration.resolver.settings)
        let evaluator = SPFEvaluator(client)
        let store = SenderScoreStore(
            configuration.store, lifetime: ScoreLifetime(days: configuration.senderScore.cacheDays), clock: clock,
            log: log)
        self.client = client
        self.evaluator = evaluator
        self.store = store
        self.clock = clock
        self.log = log
        let checks = ReputationChecks(
            configuration, common, .init(client: client, evaluator: evaluator, store: store, log: log))
        settings = Mutex(Settings(configuration: configuration, common: common, checks: checks))
        for zone in checks.zones { zone.lookAtHealth() }
    }

    /// Takes another configuration; what is asked from now on goes by it. The database stays the same.
    public func apply(_ configuration: ReputationConfiguration, common: CommonConfiguration) {
        let surroundings = ReputationChecks.Surroundings(client: client, evaluator: evaluator, store: store, log: log)
        let changesServers = settings.withLock { settings in
            defer {
                settings = Settings(
                    configuration: configuration, common: common,
                    checks: ReputationChecks(configuration, common, surroundings, previous: settings.checks))
            }
            return settings.configuration.resolver.settings.servers != configuration.resolver.settings.servers
        }
        client.apply(configuration.resolver.settings)
        if changesServers { evaluator.forget() }
        store.lifetime.change(days: configuration.senderScore.cacheDays)
        for zone in checks.zones { zone.lookAtHealth() }
        if configuration.store != store.configuration {
            log.warning("another database takes effect with the next start")
        }
    }

    /// The checks in force.
    var checks: ReputationChecks { settings.withLock { $0.checks } }

    /// What the service says of itself.
    public var hello: Hello {
        Hello(
            service: "reputation", checks: Check.allCases.map(\.rawValue),
            provides: ["spf", "spf-listed", "networks"],
            reads: [.heloName, .sender, .clientAddress, .reverseClientName, .saslUsername])
    }

    // MARK: - Checks

    /// Decides the checks of a request, all at once.
    public func check(_ request: CheckRequest, reply: @escaping @Sendable (CheckReply) -> Void) {
        let names = request.checks
        let gathering = Gathering<CheckResult>(names.count) { results in
            reply(.results(Array(zip(names, results)).map { ($0, $1) }))
        }
        let (checks, common) = settings.withLock { ($0.checks, $0.common) }
        let client = ClientAddress(parsing: request.policy.string(.clientAddress))
        if let reason = Self.exemption(request, client, common) {
            for index in names.indices { gathering.put(.verdict(.none, reason: reason), at: index) }
            return
        }
        let deadline = self.deadline(request.deadline)
        for (index, name) in names.enumerated() {
            decide(name, request.policy, client.address, checks, deadline) { gathering.put($0, at: index) }
        }
    }

    /// To whose mail the checks apply is decided by the frontend. Where Postfix asks directly, nobody has decided it.
    private static func exemption(
        _ request: CheckRequest, _ client: ClientAddress, _ common: CommonConfiguration
    ) -> String? {
        if client.isLoopback { return "local client" }
        guard request.isDirect else { return nil }
        if !request.policy.isEmpty(.saslUsername) { return "authenticated" }
        return common.trustedNetworks.contains(client) ? "trusted client" : nil
    }

    private func decide(
        _ name: String, _ request: PolicyRequest, _ client: IPAddress?, _ checks: ReputationChecks, _ deadline: Int,
        _ completion: @escaping @Sendable (CheckResult) -> Void
    ) {
        guard let check = Check(rawValue: name) else { return completion(.error("unknown check \(name)")) }
        if check == .domainList { return checks.domains.decide(request, deadline: deadline, completion: completion) }
        guard let client else { return completion(.verdict(.none, reason: "client without address")) }
        let time = clock.unixSeconds()
        switch check {
        case .spf:
            checks.spf.decide(request, client, patience(until: deadline), time: time, completion: completion)
        case .dnsbl: checks.blocking.decide(client, deadline: deadline, completion: completion)
        case .dnswl: checks.welcoming.decide(client, deadline: deadline, completion: completion)
        case .senderScore: checks.senderScore.decide(client, deadline: deadline, time: time, completion: completion)
        case .domainList: break
        }
    }

    /// When an answer must be there, in milliseconds of ``DNSClient/now``.
    private func deadline(_ asked: MonotonicInstant) -> Int {
        min(DNSClient.now + Self.longestWait, asked.milliseconds - Self.reserve)
    }

    /// How long an evaluation of SPF may take for somebody who waits until `deadline`.
    func patience(until deadline: Int = .max) -> SPFEvaluator.Patience {
        SPFEvaluator.Patience(asker: deadline, evaluation: checks.spf.configuration.deadline(now: DNSClient.now))
    }

    // MARK: - Facts

    /// Provides `spf:DOMAIN`, `spf-listed:DOMAIN` (both about the request's client) and `networks:DOMAIN`.
    public func facts(_ request: FactRequest, reply: @escaping @Sendable (FactReply) -> Void) {
        let names = request.names
        let client = IPAddress(parsing: request.clientAddress)
        let gathering = Gathering<Fact>(names.count) { facts in
            let values = Dictionary(zip(names, facts.map(\.value))) { first, _ in first }
            // Told of all or of none.
            let ends = facts.compactMap(\.expires)
            let first = ends.count == facts.count ? ends.min() : nil
            reply(FactReply(values: values, lifetime: first.map { max($0 - DNSClient.now, 0) }))
        }
        let deadline = self.deadline(request.deadline)
        for (index, name) in names.enumerated() {
            provide(name, client, deadline) { gathering.put($0, at: index) }
        }
    }

    /// A value, and until when it holds in milliseconds of ``DNSClient/now``, if that is known.
    private struct Fact: Sendable {
        var value: String
        var expires: Int?

        static let unknown = Fact(value: unknownFactValue)

        init(value: String, expires: Int? = nil) {
            self.value = value
            self.expires = expires
        }

        /// What an evaluation came to; one that could not be made tells nothing.
        init(_ outcome: SPFOutcome, _ value: (SPFOutcome) -> String, expires: Int?) {
            self.init(value: outcome.result == .temperror ? unknownFactValue : value(outcome), expires: expires)
        }
    }

    private func provide(
        _ name: FactName, _ client: IPAddress?, _ deadline: Int, _ completion: @escaping @Sendable (Fact) -> Void
    ) {
        guard name.hasValidDomain, let domain = DNSName(name.subject) else { return completion(.unknown) }
        switch (name.kind, client) {
        case ("networks", _):
            let collector = NetworkCollector(client: self.client)
            collector.networks(of: domain, deadline: deadline) { completion(Fact(value: Self.value(of: $0))) }
        case ("spf", let client?):
            evaluate(domain, name.subject, client, .result, deadline, { $0.result.rawValue }, completion)
        case ("spf-listed", let client?):
            evaluate(domain, name.subject, client, .listing, deadline, { $0.isListed ? "yes" : "no" }, completion)
        // No domain lists a client without an address.
        case ("spf-listed", nil): completion(Fact(value: "no"))
        default: completion(.unknown)
        }
    }

    private func evaluate(
        _ domain: DNSName, _ text: String, _ client: IPAddress, _ purpose: SPFEvaluator.Purpose, _ deadline: Int,
        _ value: @escaping @Sendable (SPFOutcome) -> String, _ completion: @escaping @Sendable (Fact) -> Void
    ) {
        let evaluator = evaluator
        if let known = evaluator.known(client, domain, purpose) {
            return completion(Fact(known.outcome, value, expires: known.expires))
        }
        evaluator.evaluate(SPFQuery(client: client, domain: text), purpose, patience(until: deadline)) { outcome in
            let expires = evaluator.known(client, domain, purpose)?.expires
            completion(Fact(outcome, value, expires: expires))
        }
    }

    private static func value(of networks: [Network]?) -> String {
        guard let networks else { return unknownFactValue }
        return networks.isEmpty ? "none" : networks.map(\.description).joined(separator: " ")
    }

    /// Ends the threads. Not to be called from a reply.
    public func stop() {
        client.stop()
        store.stop()
    }
}
