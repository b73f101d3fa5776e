internal import Logging
internal import NIOCore
internal import PostfixProtocol
internal import ServiceProtocol
internal import ServiceRuntime
internal import ServiceTransport

/// The verbs of the frontend's admin socket.
extension FrontendRole {
    func administer(_ message: IncomingMessage) {
        let responder = message.responder
        guard message.isOurs, let request = AdminRequest(message.attributes, peerUserID: message.peerUserID) else {
            return responder.hangUp()
        }
        switch request.verb {
        case "hello":
            let hello = Hello(service: "frontend", version: posternVersion)
            responder.send { hello.encode(into: &$0) }
        case "stats": responder.reply(statistics())
        case "services": responder.reply(serviceTable())
        case "list": responder.reply(list(request))
        case "set", "delete":
            responder.reply(
                .failed(
                    "nothing can be \(request.verb == "set" ? "set" : "deleted") here: listeners, services and policies "
                        + "are keys of the mapping frontend of the configuration"))
        case "reload": responder.reply(reload(request))
        case "test-request": testRequest(request, responder)
        case "lookup": testLookup(request, responder)
        case "upkeep": responder.reply(hastenUpkeep(request))
        default: responder.reply(.failed("unknown verb \(request.verb)"))
        }
    }

    private func statistics() -> AdminReply {
        var rows = tally.rows().map { [$0.name, String($0.value)] }
        rows.append(["requests.under-way", String(engine.inFlight)])
        rows.append(["lookups.under-way", String(lookups.inFlight)])
        rows.append(["sessions", String(engine.sessionCount)])
        rows.append(["log.dropped-lines", String(environment.logWriter.droppedLines)])
        return .done(columns: ["name", "value"], rows: rows, next: nil)
    }

    private func serviceTable() -> AdminReply {
        let rows = clients.sorted { $0.key < $1.key }.map { name, client in
            let (up, all) = client.endpointsUp
            return [
                name, "\(up)/\(all)", client.hello?.version ?? "", String(client.unanswered),
                client.hello?.checks.joined(separator: " ") ?? "",
            ]
        }
        return .done(columns: ["service", "up", "version", "unanswered", "checks"], rows: rows, next: nil)
    }

    private func list(_ request: AdminRequest) -> AdminReply {
        switch request.arguments["what"] {
        case "services": return serviceTable()
        case "local-domains":
            let after = request.arguments["after"] ?? ""
            let known = engine.lastKnown.domains?.kinds.filter { $0.key > after }.sorted { $0.key < $1.key } ?? []
            let page = known.prefix(AdminReply.maximumRows)
            return .done(
                columns: ["domain", "kind"], rows: page.map { [$0.key, $0.value.rawValue] },
                next: page.count < known.count ? page.last?.key : nil)
        default: return .failed("list needs what=services or what=local-domains")
        }
    }

    private func reload(_ request: AdminRequest) -> AdminReply {
        environment.log.notice("\(request.auditLine)")
        do {
            try reload()
            return .done
        } catch {
            return .failed("\(error)")
        }
    }

    /// `upkeep service=NAME`: its timed work is done now, instead of when it is due.
    private func hastenUpkeep(_ request: AdminRequest) -> AdminReply {
        guard let service = request.arguments["service"] else { return .failed("upkeep needs service=NAME") }
        guard let upkeep, upkeep.hasten(service) else {
            return .failed("\(service) has no timed work, or has not been asked anything yet")
        }
        environment.log.notice("\(request.auditLine)")
        return .done
    }

    /// Decides a request with `dry-run=1`, so that nothing is recorded, and tells each step.
    private func testRequest(_ request: AdminRequest, _ responder: Responder) {
        var attributes: [PolicyAttribute: String] = [.request: "smtpd_access_policy"]
        for (name, value) in request.arguments where name.hasPrefix("attribute.") {
            let plain = String(name.dropFirst("attribute.".count))
            guard let attribute = PolicyAttribute(name: plain) else {
                return responder.reply(.failed("there is no Postfix attribute '\(plain)'"))
            }
            attributes[attribute] = value
        }
        let policy = request.arguments["policy"] ?? "default"
        guard configuration.policies.contains(where: { $0.name == policy }) else {
            return responder.reply(.failed("there is no policy '\(policy)'"))
        }
        let tag = takeTracedTag()
        tracedRequests[tag] = { decision in responder.reply(Self.rows(of: decision)) }
        var options = PolicyEngine.Options()
        options.isDryRun = true
        options.isTraced = true
        decide(PolicyRequest.make(attributes), listenerPolicy: policy, tag: tag, options: options)
    }

    private static func rows(of decision: PolicyDecision) -> AdminReply {
        var rows = decision.steps.map { ["step", $0.name, $0.text, String($0.microseconds)] }
        rows += decision.remarks.map { [$0.kind.rawValue, $0.check, $0.text, ""] }
        rows.append(["policy", decision.policy ?? "", "", ""])
        rows.append(["check", decision.check ?? "", decision.reason, ""])
        rows.append(["action", "", decision.action.text, String(decision.microseconds)])
        return .done(columns: ["kind", "name", "text", "microseconds"], rows: rows, next: nil)
    }

    private func testLookup(_ request: AdminRequest, _ responder: Responder) {
        guard let map = request.arguments["map"], let key = request.arguments["key"],
            CheckCatalog.lookupWants[map] != nil
        else { return responder.reply(.failed("lookup needs map=srs-forward or map=srs-reverse, and key=")) }
        let tag = takeTracedTag()
        tracedLookups[tag] = { result, failure in
            let text: String
            switch result {
            case .found(let value): text = value
            case .notFound(let why), .temporary(let why): text = failure ?? why
            }
            responder.reply(.done(columns: ["result", "text"], rows: [[result.word, text]], next: nil))
        }
        lookUp(map: map, key: key, tag: tag)
    }

    private func takeTracedTag() -> UInt64 {
        nextTracedTag += 1
        return nextTracedTag
    }
}

extension Responder {
    func reply(_ reply: AdminReply) {
        send { reply.encode(into: &$0) }
    }
}
