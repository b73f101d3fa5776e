internal import Logging
internal import MailTypes
internal import SQLStore
public import ServiceProtocol

extension SRSService {
    /// The verbs, each with `what=exclude-domains` or `what=exclude-domain` where a table is meant:
    ///
    ///     list what=exclude-domains [after=DOMAIN]
    ///     set what=exclude-domain domain=DOMAIN
    ///     delete what=exclude-domain domain=DOMAIN
    ///     forward address=ADDRESS
    ///     reverse address=ADDRESS
    ///
    /// The last two show what would become of an address if its domain is not local.
    public func administer(_ request: AdminRequest, reply: @escaping @Sendable (AdminReply) -> Void) {
        let arguments = request.arguments
        switch (request.verb, arguments["what"] ?? "") {
        case ("list", "exclude-domains"): list(after: arguments["after"] ?? "", reply)
        case ("set", "exclude-domain"): change(request, reply) { try SRSExclusions.add($0, to: $1) }
        case ("delete", "exclude-domain"): change(request, reply) { try SRSExclusions.remove($0, from: $1) }
        case ("forward", _), ("reverse", _): reply(preview(request))
        case ("list", _): reply(.failed("list needs what=exclude-domains"))
        case ("set", _), ("delete", _): reply(.failed("\(request.verb) needs what=exclude-domain"))
        default: reply(.failed("unknown verb \(request.verb)"))
        }
    }

    private func preview(_ request: AdminRequest) -> AdminReply {
        guard let address = request.arguments["address"] else {
            return .failed("\(request.verb) needs address=ADDRESS")
        }
        guard let rewriter = currentRewriter else { return .failed("there is no SRS domain in the configuration") }
        let outcome =
            request.verb == "forward"
            ? rewriter.forward(
                address, day: today, locality: .foreign, excluded: store.excluded ?? ExcludedDomains())
            : rewriter.reverse(address, day: today, locality: .foreign)
        let row =
            switch outcome {
            case .rewritten(let result): ["rewritten", result]
            case .bypassed(let bypass): ["bypassed", bypass.rawValue]
            case .failed(let failure): ["failed", failure.words]
            }
        return .done(columns: ["result", "text"], rows: [row], next: nil)
    }

    private func list(after: String, _ reply: @escaping @Sendable (AdminReply) -> Void) {
        run(reply) { connection in
            let rows = try connection.query(
                "SELECT domain FROM srs_exclude_domains WHERE domain > ? ORDER BY domain LIMIT ?",
                [.text(after), .integer(Int64(AdminReply.maximumRows + 1))])
            let domains = rows.compactMap { $0.first?.textValue }
            let page = domains.prefix(AdminReply.maximumRows)
            return .done(
                columns: ["domain"], rows: page.map { [$0] }, next: page.count < domains.count ? page.last : nil)
        }
    }

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
            let user = request.peerUserID.map { "\($0)" } ?? "unknown"
            log.notice("audit: uid=\(user) verb=\(request.verb) what=exclude-domain domain=\(domain)")
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

/// The statements that change `srs_exclude_domains`.
private enum SRSExclusions {
    /// What is stored for a typed domain: in normalised form, with its leading dot if it has one.
    static func entry(_ text: String) -> String? {
        let hasDot = text.hasPrefix(".")
        guard let domain = Domain(parsing: hasDot ? text.dropFirst() : text[...]) else { return nil }
        return (hasDot ? "." : "") + domain.text
    }

    static func add(_ domain: String, to connection: any SQLConnection) throws -> AdminReply {
        try connection.execute(SRSTables.insertion(connection.dialect), [.text(domain)])
        return .done
    }

    static func remove(_ domain: String, from connection: any SQLConnection) throws -> AdminReply {
        let deleted = try connection.execute("DELETE FROM srs_exclude_domains WHERE domain = ?", [.text(domain)])
        return deleted == 0 ? .failed("\(domain) is not excluded") : .done
    }
}
