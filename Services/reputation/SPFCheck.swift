internal import DNS
internal import DNSClient
internal import MailTypes
internal import PostfixProtocol
internal import SPF
internal import ServiceProtocol

/// The check `spf`: the HELO name first, then the sender.
struct SPFCheck: Sendable {
    var configuration: SPFConfiguration
    var evaluator: SPFEvaluator
    /// This host's name, for explanations.
    var hostname: String

    /// What is asked about: the identities of RFC 7208 section 2.
    private enum Identity: String, Sendable {
        case helo = "HELO"
        case mailFrom = "MAIL FROM"
    }

    /// Decides.
    func decide(
        _ request: PolicyRequest, _ client: IPAddress, _ patience: SPFEvaluator.Patience, time: Int,
        completion: @escaping @Sendable (CheckResult) -> Void
    ) {
        guard !configuration.whitelist.contains(where: { $0.contains(client) }) else {
            return completion(.verdict(.none, reason: "whitelisted client"))
        }
        let helo = request.string(.heloName)
        let sender = EnvelopeSender(parsing: request.string(.sender))
        let heloQuery = query(client, "", helo, time)
        guard sender != .null else { return decide(.helo, heloQuery, patience, completion) }
        let mailFrom = query(client, Self.text(of: sender), helo, time)
        guard configuration.checksHelo else { return decide(.mailFrom, mailFrom, patience, completion) }
        evaluator.evaluate(heloQuery, .result, patience) { outcome in
            // A pass of the HELO name says nothing about the sender.
            guard outcome.result != .pass else { return decide(.mailFrom, mailFrom, patience, completion) }
            if let result = result(of: .helo, heloQuery, outcome) { return completion(result) }
            let score = configuration.actions[outcome.result]?.score ?? 0
            decide(.mailFrom, mailFrom, patience) { completion($0.adding(score)) }
        }
    }

    private func decide(
        _ identity: Identity, _ query: SPFQuery, _ patience: SPFEvaluator.Patience,
        _ completion: @escaping @Sendable (CheckResult) -> Void
    ) {
        evaluator.evaluate(query, .result, patience) { outcome in
            completion(
                result(of: identity, query, outcome)
                    ?? .verdict(
                        .none, reason: Self.reason(identity, query, outcome),
                        score: configuration.actions[outcome.result]?.score ?? 0))
        }
    }

    private func query(_ client: IPAddress, _ sender: String, _ helo: String, _ time: Int) -> SPFQuery {
        let name = Domain(parsing: helo)?.text ?? helo
        return SPFQuery(client: client, sender: sender, helo: name, receiver: hostname, time: time)
    }

    /// The address with its domain as A-label.
    private static func text(of sender: EnvelopeSender) -> String {
        sender.mailbox.map { "\($0.localPart)@\($0.domain.text)" } ?? sender.description
    }

    /// What is done about an outcome; nil for nothing.
    private func result(of identity: Identity, _ query: SPFQuery, _ outcome: SPFOutcome) -> CheckResult? {
        guard let action = configuration.actions[outcome.result], !action.action.isNone else { return nil }
        let verdict = action.action.verdict { placeholder in
            switch placeholder {
            case "IP": query.client.description
            case "DOMAIN": query.domain
            case "IDENTITY": identity.rawValue
            case "RESULT": outcome.result.rawValue
            default: Self.explanation(query, outcome)
            }
        }
        return .verdict(verdict, reason: Self.reason(identity, query, outcome), score: action.score)
    }

    /// The domain owner's words (whose they are is said, as RFC 7208 section 11.5 asks), else ours.
    private static func explanation(_ query: SPFQuery, _ outcome: SPFOutcome) -> String {
        if let explanation = outcome.explanation { return "\(query.domain) explains: \(explanation)" }
        if !outcome.problem.isEmpty { return outcome.problem }
        return "\(query.client) is not allowed to send for \(query.domain)"
    }

    private static func reason(_ identity: Identity, _ query: SPFQuery, _ outcome: SPFOutcome) -> String {
        let cause = [outcome.directive, outcome.problem].first { !$0.isEmpty }
        return "\(outcome.result.rawValue) of \(identity.rawValue) \(query.domain)" + (cause.map { ": \($0)" } ?? "")
    }
}

extension CheckResult {
    /// The result with what the HELO name counts for.
    fileprivate func adding(_ more: Double) -> CheckResult {
        guard case .verdict(let verdict, let reason, let score) = self else { return self }
        return .verdict(verdict, reason: reason, score: score + more)
    }
}
