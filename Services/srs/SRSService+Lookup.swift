internal import Logging
internal import MailTypes
internal import SQLStore
public import ServiceProtocol

extension SRSService {
    /// Answers a lookup in `srs-forward` or `srs-reverse`. What is not replaced is "not found", so that Postfix goes on
    /// with the address as it is; what cannot be decided is so too, unless `on-failure` is `temporary`.
    public func lookup(_ request: LookupRequest, reply: @escaping @Sendable (LookupResult) -> Void) {
        guard let direction = Direction(rawValue: request.map) else {
            return reply(.notFound("unknown map \(request.map)"))
        }
        guard let rewriter = currentRewriter else { return reply(.notFound("No SRS domain, bypassed.")) }
        switch direction {
        case .reverse:
            let outcome = rewriter.reverse(request.key, day: today, locality: locality(of: request, by: rewriter))
            reply(finish(outcome, request.key, direction))
        case .forward:
            guard let excluded = store.excluded else {
                return waitForExclusions { self.forward(request, rewriter, excluded: $0, reply: reply) }
            }
            forward(request, rewriter, excluded: excluded, reply: reply)
        }
    }

    /// The two maps, by their names.
    private enum Direction: String {
        case forward = "srs-forward"
        case reverse = "srs-reverse"
    }

    private func forward(
        _ request: LookupRequest, _ rewriter: SRSRewriter, excluded: ExcludedDomains?,
        reply: @Sendable (LookupResult) -> Void
    ) {
        guard let excluded else {
            countUnreadExclusions()
            log.warning("[srs][sender]  not rewritten: \(request.key): the excluded domains could not be read")
            return reply(failureRule.result(notFound: "", temporary: "The excluded domains could not be read."))
        }
        let locality = locality(of: request, by: rewriter)
        let outcome = rewriter.forward(request.key, day: today, locality: locality, excluded: excluded)
        reply(finish(outcome, request.key, .forward))
    }

    /// Right after the start the database may not have been opened yet; the work is done after that has been tried.
    private func waitForExclusions(_ body: @escaping @Sendable (ExcludedDomains?) -> Void) {
        store.perform { [store] result in
            body(store.excluded)
            guard case .failure(let error) = result else { return nil }
            return error
        }
    }

    /// What the facts say about the key's domain. A domain no fact can be about, such as an address literal, is none of
    /// the server's mail domains.
    private func locality(of request: LookupRequest, by rewriter: SRSRewriter) -> DomainLocality {
        guard let domain = rewriter.domainInQuestion(request.key) else { return .foreign }
        let name = FactName(kind: "local", subject: domain.text)
        guard name.hasValidDomain else { return .foreign }
        switch request.facts[name] {
        case "yes": return .local
        case "no": return .foreign
        default: return .unknown
        }
    }

    private func finish(_ outcome: SRSOutcome, _ key: String, _ direction: Direction) -> LookupResult {
        let isForward = direction == .forward
        count(outcome, isForward: isForward)
        switch outcome {
        case .rewritten(let address):
            let action = isForward ? "[srs][sender]  rewrote" : "[srs][recipient]  reversed"
            log.info("\(action): \(key) -> \(address)")
            return .found(address)
        case .bypassed(let bypass):
            return .notFound(bypass.rawValue)
        case .failed(let failure):
            // A wrong hash is a stranger's doing, an unknown locality is a fault of this system.
            log.log(
                level: failure == .localityUnknown ? .warning : .info,
                "[srs][\(isForward ? "sender" : "recipient")]  left as it is: \(key): \(failure.words)")
            guard failure == .localityUnknown else { return .notFound("") }
            return failureRule.result(notFound: "", temporary: "It is not known whether the domain is local.")
        }
    }
}

extension SRSFailure {
    /// The failure in words, for the log and the administration tools.
    var words: String {
        switch self {
        case .localityUnknown: "whether its domain is local is not known"
        case .localPartTooLong: "the new local part would be too long"
        case .pathTooLong: "the new address would be too long"
        case .badHash: "the hash is wrong"
        case .badTimestamp: "the timestamp is malformed"
        case .expired: "the address has expired"
        case .cryptoFailed: "the hash could not be made"
        }
    }
}
