internal import Logging
internal import MailTypes
internal import SQLStore
public import ServiceProtocol

extension SRSService {
    /// The verbs, each with `what=exclude-domains` or `what=exclude-domain` where a table is meant:
    ///
    ///     list what=exclude-domains [after=DOMAIN]
    ///     list what=secrets
    ///     list what=originals
    ///     set what=exclude-domain domain=DOMAIN
    ///     delete what=exclude-domain domain=DOMAIN
    ///     forward address=ADDRESS
    ///     reverse address=ADDRESS
    ///     explain address=ADDRESS
    ///
    /// The last three show what would become of an address if its domain is not local; they record nothing. Of the secrets
    /// only fingerprints and ends are shown.
    public func administer(_ request: AdminRequest, reply: @escaping @Sendable (AdminReply) -> Void) {
        let arguments = request.arguments
        switch (request.verb, arguments["what"] ?? "") {
        case ("list", "exclude-domains"):
            let after = arguments["after"] ?? ""
            run(reply) { try SRSExclusions.list(after: after, $0) }
        case ("list", "secrets"): reply(listSecrets())
        case ("list", "originals"): run(reply) { try SRSService.listOriginals($0) }
        case ("set", "exclude-domain"): change(request, reply) { try SRSExclusions.add($0, to: $1) }
        case ("delete", "exclude-domain"): change(request, reply) { try SRSExclusions.remove($0, from: $1) }
        case ("forward", _), ("reverse", _), ("explain", _): preview(request, reply)
        case ("list", _): reply(.failed("list needs what=exclude-domains|secrets|originals"))
        case ("set", _), ("delete", _): reply(.failed("\(request.verb) needs what=exclude-domain"))
        default: reply(.failed("unknown verb \(request.verb)"))
        }
    }

    // MARK: - What would become of an address

    private func preview(_ request: AdminRequest, _ reply: @escaping @Sendable (AdminReply) -> Void) {
        guard let address = request.arguments["address"] else {
            return reply(.failed("\(request.verb) needs address=ADDRESS"))
        }
        guard let rewriter = currentRewriter else {
            return reply(.failed("there is no SRS domain in the configuration"))
        }
        let excluded = store.excluded ?? ExcludedDomains()
        switch request.verb {
        case "forward":
            let outcome = rewriter.forward(address, day: today, excluded: excluded) { _ in .foreign }
            reply(.done(columns: ["result", "text"], rows: [outcome.row], next: nil))
        case "reverse":
            resolve(rewriter.reverse(address, day: today, locality: .foreign)) { outcome in
                reply(.done(columns: ["result", "text"], rows: [outcome.row], next: nil))
            }
        default: explain(address, rewriter, excluded, reply)
        }
    }

    private func explain(
        _ address: String, _ rewriter: SRSRewriter, _ excluded: ExcludedDomains,
        _ reply: @escaping @Sendable (AdminReply) -> Void
    ) {
        let lines = rewriter.explain(address, day: today, excluded: excluded).map { [$0.what, $0.value] }
        let forward = rewriter.forward(address, day: today, excluded: excluded) { _ in .foreign }
        resolve(rewriter.reverse(address, day: today, locality: .foreign)) { reverse in
            let outcomes = [("forward", forward), ("reverse", reverse)].map { name, outcome in
                [name, outcome.row.joined(separator: ": ")]
            }
            reply(.done(columns: ["what", "value"], rows: lines + outcomes, next: nil))
        }
    }

    /// Asks the store for an original that is kept.
    private func resolve(_ outcome: SRSOutcome, _ body: @escaping @Sendable (SRSOutcome) -> Void) {
        guard case .kept(let identifier) = outcome else { return body(outcome) }
        store.find(identifier, until: clock.monotonic().advanced(byMilliseconds: 5_000)) {
            body(outcome.settled(byFinding: $0))
        }
    }

    // MARK: - Listings

    private func listSecrets() -> AdminReply {
        let secrets = currentRewriter?.signer.secrets ?? []
        let signing = SRSSecretList(secrets).signing(on: today)
        let rows = secrets.map { secret in
            let use = secret == signing ? "signs" : secret.isValid(on: today) ? "verifies" : "ended"
            return [secret.fingerprint, use, secret.lastDay.map { "\(CalendarDay($0))" } ?? "-"]
        }
        return .done(columns: ["fingerprint", "use", "until"], rows: rows, next: nil)
    }

    private static func listOriginals(_ connection: any SQLConnection) throws -> AdminReply {
        let counts = try OriginalsTable(connection).counts().sorted { $0.key < $1.key }
        // There are at most as many last days as timestamps, and one reply must hold them.
        let rows = counts.suffix(AdminReply.maximumRows).map { ["\(CalendarDay($0.key))", "\($0.value)"] }
        return .done(columns: ["last-day", "originals"], rows: rows, next: nil)
    }

    // MARK: - Excluded domains

    private func change(
        _ request: AdminRequest, _ reply: @escaping @Sendable (AdminReply) -> Void,
        _ body: @escaping @Sendable (String, any SQLConnection) throws -> AdminReply
    ) {
        guard let text = request.arguments["domain"] else {
            return reply(.failed("\(request.verb) needs domain=DOMAIN"))
        }
        guard let domain = SRSExclusions.entry(text) else {
            return reply(.failed("\"\(text)\" is not a domain name"))
        }
        run(reply) { [self] connection in
            let answer = try body(domain, connection)
            try store.refresh(from: connection)
            guard case .done = answer else { return answer }
            log.notice("\(request.auditLine)")
            return answer
        }
    }

    private func run(
        _ reply: @escaping @Sendable (AdminReply) -> Void,
        _ body: @escaping @Sendable (any SQLConnection) throws -> AdminReply
    ) {
        store.perform { result in
            do {
                reply(try body(result.get()))
                return nil
            } catch {
                let error = SQLError(of: error)
                reply(.failed("database: \(error)"))
                return error
            }
        }
    }
}

extension SRSOutcome {
    /// The outcome as a row of a listing.
    fileprivate var row: [String] {
        switch self {
        case .rewritten(let address): ["rewritten", address]
        case .shortened(let address, _): ["kept", address]
        case .kept: ["failed", SRSFailure.originalUnknown.words]
        case .bypassed(let bypass): ["bypassed", bypass.rawValue]
        case .failed(let failure): ["failed", failure.words]
        }
    }
}
