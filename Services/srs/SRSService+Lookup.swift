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
            let outcome = rewriter.reverse(request.key, day: today) { Self.locality(of: $0, request) }
            finish(outcome, request, direction, reply)
        case .forward:
            guard let excluded = store.excluded else {
                return waitForExclusions { self.forward(request, rewriter, excluded: $0, reply: reply) }
            }
            forward(request, rewriter, excluded: excluded, reply: reply)
        }
    }

    /// The two maps, by their names.
    enum Direction: String {
        case forward = "srs-forward"
        case reverse = "srs-reverse"
    }

    private func forward(
        _ request: LookupRequest, _ rewriter: SRSRewriter, excluded: ExcludedDomains?,
        reply: @escaping @Sendable (LookupResult) -> Void
    ) {
        guard let excluded else {
            countUnreadExclusions()
            log.warning("[srs][sender]  not rewritten: \(request.key): the excluded domains could not be read")
            return reply(failureRule.result(notFound: "", temporary: "The excluded domains could not be read."))
        }
        let outcome = rewriter.forward(request.key, day: today, excluded: excluded) { Self.locality(of: $0, request) }
        finish(outcome, request, .forward, reply)
    }

    /// Right after the start the database may not have been opened yet; the work is done after that has been tried.
    private func waitForExclusions(_ body: @escaping @Sendable (ExcludedDomains?) -> Void) {
        store.perform { [store] result in
            body(store.excluded)
            guard case .failure(let error) = result else { return nil }
            return error
        }
    }

    /// What the facts say about a domain. One that no fact can be about, such as an address literal, is none of the
    /// server's mail domains.
    private static func locality(of domain: Domain, _ request: LookupRequest) -> DomainLocality {
        guard let name = FactName(kind: "local", about: domain) else { return .foreign }
        switch request.facts[name] {
        case "yes": return .local
        case "no": return .foreign
        default: return .unknown
        }
    }

    /// Answers, after asking the store where an original has to be kept or found.
    private func finish(
        _ outcome: SRSOutcome, _ request: LookupRequest, _ direction: Direction,
        _ reply: @escaping @Sendable (LookupResult) -> Void
    ) {
        switch outcome {
        case .shortened(_, let original):
            store.keep(original, until: request.deadline) { [self] in
                reply(result(outcome.settled(byKeeping: $0), request.key, direction))
            }
        case .kept(let identifier):
            let once = AnsweredInTime(by: request.deadline, now: clock.monotonic()) { [self] in
                reply(result(outcome.settled(byFinding: $0), request.key, direction))
            }
            store.find(identifier, until: request.deadline) { once.answer($0) }
        case .rewritten, .bypassed, .failed:
            reply(result(outcome, request.key, direction))
        }
    }

    private func result(_ outcome: SRSOutcome, _ key: String, _ direction: Direction) -> LookupResult {
        let isForward = direction == .forward
        count(outcome, isForward: isForward)
        switch outcome {
        case .rewritten(let address), .shortened(let address, _):
            let action = isForward ? "[srs][sender]  rewrote" : "[srs][recipient]  reversed"
            log.info(Logger.Message(stringLiteral: String(joining: action, ": ", key, " -> ", address)))
            return .found(address)
        case .bypassed(let bypass):
            return .notFound(bypass.rawValue)
        case .kept:
            return failure(.originalUnknown, key, direction)
        case .failed(let failure):
            return self.failure(failure, key, direction)
        }
    }

    private func failure(_ failure: SRSFailure, _ key: String, _ direction: Direction) -> LookupResult {
        // A wrong hash is a stranger's doing, the others are faults of this system.
        log.log(
            level: failure.isOfThisSystem ? .warning : .info,
            "[srs][\(direction == .forward ? "sender" : "recipient")]  left as it is: \(key): \(failure.words)")
        switch (failure, direction) {
        case (.localityUnknown, _):
            return failureRule.result(notFound: "", temporary: "It is not known whether the domain is local.")
        case (.storeFailed, .forward):
            return failureRule.result(notFound: "", temporary: "The original address could not be kept.")
        case (.storeFailed, .reverse):
            // The hash is right, so only a bounce to this address waits, which would be lost otherwise.
            return .temporary("The original address could not be looked for.")
        default:
            return .notFound("")
        }
    }
}

extension SRSOutcome {
    /// What it amounts to after the store was asked to keep the original.
    func settled(byKeeping answer: SRSJob.Answer) -> SRSOutcome {
        switch answer {
        case .address: self
        case .none: .failed(.tooManyKept)
        case .failed: .failed(.storeFailed)
        }
    }

    /// What it amounts to after the store was asked for the original.
    func settled(byFinding answer: SRSJob.Answer) -> SRSOutcome {
        switch answer {
        case .address(let address): .rewritten(address)
        case .none: .failed(.originalUnknown)
        case .failed: .failed(.storeFailed)
        }
    }
}

extension SRSFailure {
    /// Whether an administrator of this system can do something about it.
    var isOfThisSystem: Bool {
        switch self {
        case .localityUnknown, .noSecret, .cryptoFailed, .tooManyKept, .storeFailed: true
        case .localPartTooLong, .pathTooLong, .badHash, .badTimestamp, .expired, .originalUnknown: false
        }
    }

    /// The failure in words, for the log and the administration tools.
    var words: String {
        switch self {
        case .localityUnknown: "whether its domain is local is not known"
        case .localPartTooLong: "the new local part would be too long"
        case .pathTooLong: "the new address would be too long"
        case .badHash: "the hash is wrong"
        case .badTimestamp: "the timestamp is malformed"
        case .expired: "the address has expired"
        case .noSecret: "all secrets have ended"
        case .cryptoFailed: "the hash could not be made"
        case .tooManyKept: "no more original addresses may be kept (max-originals)"
        case .storeFailed: "the database failed"
        case .originalUnknown: "its original address is not kept here"
        }
    }
}
