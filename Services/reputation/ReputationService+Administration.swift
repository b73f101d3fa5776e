internal import DNSClient
internal import Logging
internal import MailTypes
internal import SPF
internal import SQLStore
public import ServiceProtocol

extension ReputationService {
    /// The verbs:
    ///
    ///     list what=lists
    ///     list what=senderscores [after=ADDRESS]
    ///     set what=senderscore client=ADDRESS [score=0..100]
    ///     delete what=senderscore client=ADDRESS
    ///     spf client=ADDRESS [sender=ADDRESS] [helo=NAME]
    ///
    /// A score that is set holds until it is deleted; without one it is 100. The last verb evaluates, and shows what comes
    /// out.
    public func administer(_ request: AdminRequest, reply: @escaping @Sendable (AdminReply) -> Void) {
        switch (request.verb, request.arguments["what"] ?? "") {
        case ("list", "lists"): reply(lists())
        case ("list", "senderscores"): listScores(after: request.arguments["after"] ?? "", reply)
        case ("list", _): reply(.failed("list needs what=lists|senderscores"))
        case ("set", "senderscore"): setScore(request, reply)
        case ("delete", "senderscore"): deleteScore(request, reply)
        case ("set", _), ("delete", _):
            reply(
                .failed(
                    "\(request.verb) needs what=senderscore; everything else is set by the keys of the mapping "
                        + "reputation of the configuration"))
        case ("spf", _): evaluate(request, reply)
        default: reply(.failed("unknown verb \(request.verb)"))
        }
    }

    private func lists() -> AdminReply {
        .done(
            columns: ["list", "state", "reason"],
            rows: checks.zones.map { zone in
                switch zone.health {
                case .unknown: [zone.identity.label, "unknown", "not asked yet"]
                case .sound: [zone.identity.label, "sound", zone.identity.tests == nil ? "not watched" : ""]
                case .setAside(let reason): [zone.identity.label, "set aside", reason]
                }
            }, next: nil)
    }

    // MARK: - Scores

    private func listScores(after: String, _ reply: @escaping @Sendable (AdminReply) -> Void) {
        run(reply) { connection in
            let rows = try connection.query(
                "SELECT client_address, score, time FROM senderscore_cache WHERE client_address > ? "
                    + "ORDER BY client_address LIMIT ?",
                [.text(after), .integer(Int64(AdminReply.maximumRows + 1))])
            let page = rows.prefix(AdminReply.maximumRows).map { row in
                [
                    row[0].textValue ?? "", row[1].integerValue.map { "\($0)" } ?? "none",
                    row[2].integerValue == Int64(SenderScoreStore.Entry.permanent)
                        ? "set" : row[2].integerValue.map { "\($0)" } ?? "",
                ]
            }
            return .done(
                columns: ["client", "score", "time"], rows: page, next: page.count < rows.count ? page.last?[0] : nil)
        }
    }

    private func setScore(_ request: AdminRequest, _ reply: @escaping @Sendable (AdminReply) -> Void) {
        guard let client = client(of: request, reply) else { return }
        let text = request.arguments["score"] ?? "100"
        guard let score = Int(text), (0...100).contains(score) else {
            return reply(.failed("\"\(text)\" is not a score from 0 to 100"))
        }
        let entry = SenderScoreStore.Entry(score: score, time: SenderScoreStore.Entry.permanent)
        run(reply) { [self] connection in
            try SenderScoreStore.write(entry, of: client, to: connection)
            log.notice("\(request.auditLine)")
            return .done
        }
    }

    private func deleteScore(_ request: AdminRequest, _ reply: @escaping @Sendable (AdminReply) -> Void) {
        guard let client = client(of: request, reply) else { return }
        run(reply) { [self] connection in
            let deleted = try connection.execute(
                "DELETE FROM senderscore_cache WHERE client_address = ?", [.text(client.description)])
            guard deleted > 0 else { return .failed("no score of \(client) is kept") }
            log.notice("\(request.auditLine)")
            return .done
        }
    }

    private func client(of request: AdminRequest, _ reply: @Sendable (AdminReply) -> Void) -> IPAddress? {
        let text = request.arguments["client"] ?? ""
        guard let client = IPAddress(parsing: text) else {
            reply(.failed("\(request.verb) needs client=ADDRESS" + (text.isEmpty ? "" : "; \"\(text)\" is none")))
            return nil
        }
        return client
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

    // MARK: - SPF

    private func evaluate(_ request: AdminRequest, _ reply: @escaping @Sendable (AdminReply) -> Void) {
        guard let client = client(of: request, reply) else { return }
        let helo = request.arguments["helo"] ?? ""
        let query = SPFQuery(
            client: client, sender: request.arguments["sender"] ?? "", helo: helo, time: clock.unixSeconds())
        evaluator.evaluate(query, .result, patience()) { outcome in
            reply(
                .done(
                    columns: ["domain", "result", "by", "problem", "explanation"],
                    rows: [
                        [
                            query.domain, outcome.result.rawValue, outcome.directive, outcome.problem,
                            outcome.explanation ?? "",
                        ]
                    ], next: nil))
        }
    }

    // MARK: - Figures

    /// What the DNS client has counted, how many lists are set aside, and whether the database works.
    public func statistics() -> [(name: String, value: String)] {
        let zones = checks.zones
        let aside = zones.count { zone in
            if case .setAside = zone.health { return true }
            return false
        }
        let database = store.standing?.rawValue ?? "not used"
        return [("database", database), ("lists", "\(zones.count)"), ("lists.set-aside", "\(aside)")]
            + client.counts.list
    }
}
