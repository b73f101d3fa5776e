internal import DNS
internal import DNSClient
internal import MailTypes
internal import SPF
internal import Synchronization

/// Carries SPF evaluations out: between an evaluation, which is a value, and the DNS. Results are kept as long as the
/// answers they come from.
final class SPFEvaluator: Sendable {
    /// The two ways of evaluating.
    enum Purpose: Sendable, Hashable {
        /// As RFC 7208 says.
        case result
        /// Whether the record lists the client.
        case listing

        var limits: SPFLimits {
            switch self {
            case .result: .standard
            case .listing: .listing
            }
        }
    }

    /// How long is waited, in milliseconds of ``DNSClient/now``.
    struct Patience: Sendable {
        /// The asker is told then that nothing is known.
        var asker: Int
        /// The evaluation ends then. Until it does it goes on, also when the asker has given up: whoever asks next finds
        /// what comes out.
        var evaluation: Int
    }

    /// What a result depends on when no macro asked for more.
    private struct Key: Sendable, Hashable {
        var client: IPAddress
        var domain: DNSName
        var purpose: Purpose
    }

    private let client: DNSClient
    private let results = Mutex(
        DNSCache<Key, SPFOutcome>(limits: .init(entries: 50_000, bytes: 16 << 20)))

    init(_ client: DNSClient) {
        self.client = client
    }

    /// The result, at once where everything is known, else on the DNS client's thread; what is not known in time is a
    /// temperror.
    func evaluate(
        _ query: SPFQuery, _ purpose: Purpose, _ patience: Patience,
        completion: @escaping @Sendable (SPFOutcome) -> Void
    ) {
        let key = DNSName(query.domain).map { Key(client: query.client, domain: $0, purpose: purpose) }
        if let key, let known = self.known(key) { return completion(known.outcome) }
        var evaluation = SPFEvaluation(query, limits: purpose.limits)
        let step = evaluation.start()
        run(evaluation, step, lifetime: DNSReply.longestLifetime, key, patience, completion)
    }

    /// The result for a client and a domain whoever the sender is, when it is known, and until when it holds, in
    /// milliseconds of ``DNSClient/now``.
    func known(_ client: IPAddress, _ domain: DNSName, _ purpose: Purpose) -> (outcome: SPFOutcome, expires: Int)? {
        known(Key(client: client, domain: domain, purpose: purpose))
    }

    private func known(_ key: Key) -> (outcome: SPFOutcome, expires: Int)? {
        results.withLock { $0.entry(of: key, now: DNSClient.now).map { ($0.value, $0.expires) } }
    }

    /// Forgets what is known: other servers may say otherwise.
    func forget() {
        results.withLock { $0.removeAll() }
    }

    private func run(
        _ evaluation: SPFEvaluation, _ first: SPFEvaluation.Step, lifetime: Int, _ key: Key?,
        _ patience: Patience, _ completion: @escaping @Sendable (SPFOutcome) -> Void
    ) {
        var evaluation = evaluation
        var step = first
        var lifetime = lifetime
        while case .ask(let question) = step, let reply = client.cached(question) {
            lifetime = min(lifetime, reply.lifetime)
            step = evaluation.receive(reply.answer)
        }
        switch step {
        case .done(let outcome):
            keep(outcome, lifetime: lifetime, key)
            completion(outcome)
        case .ask(let question):
            client.ask(question, deadline: min(patience.asker, patience.evaluation)) {
                [self, evaluation, lifetime] reply in
                if reply.answer == .failed(.timedOut), patience.hasAskerGivenUp {
                    completion(SPFOutcome(.temperror, problem: DNSFailure.timedOut.rawValue))
                    return run(evaluation, .ask(question), lifetime: lifetime, key, patience.withoutAsker) { _ in }
                }
                var evaluation = evaluation
                let next = evaluation.receive(reply.answer)
                run(evaluation, next, lifetime: min(lifetime, reply.lifetime), key, patience, completion)
            }
        }
    }

    private func keep(_ outcome: SPFOutcome, lifetime: Int, _ key: Key?) {
        guard let key, outcome.result != .temperror, !outcome.dependsOnSender else { return }
        let now = DNSClient.now
        let size = 256 + outcome.directive.utf8.count + outcome.problem.utf8.count
        results.withLock { $0.keep(outcome, of: key, size: size, expires: now + lifetime * 1_000, now: now) }
    }
}

extension SPFEvaluator.Patience {
    /// Whether only the evaluation goes on.
    fileprivate var hasAskerGivenUp: Bool { asker < evaluation && asker <= DNSClient.now }

    /// For the rest of an evaluation whose asker has given up.
    fileprivate var withoutAsker: Self { Self(asker: evaluation, evaluation: evaluation) }
}
