internal import Glibc
internal import Logging
internal import NIOCore
internal import PostfixProtocol
internal import ServiceProtocol
internal import ServiceTransport

/// A process that serves one ``PolicyService``: its check socket and its admin socket.
final class ServiceRole<Service: PolicyService>: ProcessRole {
    private let name: String
    private let service: Service
    private let environment: ProcessEnvironment
    private let reloadConfiguration: () throws -> Void
    private let tally: ServiceTally
    private var knownChecks = KnownChecks()
    /// What a Postfix that asks directly asks for.
    private let allChecks: AskedChecks
    /// A process id alone may come back.
    private let process = "\(getpid())-\(MonotonicInstant.now.microseconds)"
    private var checkServer: MessageServer?
    private var adminServer: MessageServer?

    /// How long a Postfix that asks directly waits at most, in milliseconds.
    private static var directLimit: Int { 10_000 }

    init(name: String, service: Service, environment: ProcessEnvironment, reload: @escaping () throws -> Void) {
        self.name = name
        self.service = service
        self.environment = environment
        tally = ServiceTally(checks: service.hello.checks)
        allChecks = AskedChecks(service.hello.checks)
        reloadConfiguration = reload
    }

    func start(_ sockets: [InheritedSocket]) throws -> EventLoopFuture<Void> {
        let log = environment.log
        let checks = MessageServer(
            eventLoop: environment.eventLoop, receive: { [unowned self] in self.receive($0) },
            note: { log.warning("\($0)") })
        let admin = MessageServer(
            eventLoop: environment.eventLoop, limits: .administration,
            receive: { [unowned self] in self.administer($0) },
            note: { log.warning("admin: \($0)") })
        checkServer = checks
        adminServer = admin
        let started = try sockets.map { socket in
            switch socket.name {
            case "check": checks.serve(descriptor: socket.descriptor)
            case "admin": admin.serve(descriptor: socket.descriptor)
            default: throw StartError("socket '\(socket.name)' is none of check and admin (FileDescriptorName=)")
            }
        }
        return EventLoopFuture.andAllSucceed(started, on: environment.eventLoop)
    }

    func reload() throws {
        try reloadConfiguration()
    }

    func drain(completion: @escaping () -> Void) {
        let service = service
        let finish = { [adminServer] in
            guard let adminServer else { return completion() }
            adminServer.drain {
                service.stop()
                completion()
            }
        }
        guard let checkServer else { return finish() }
        checkServer.drain(completion: finish)
    }

    /// The binary's version is the suite's, whatever the library says.
    private var hello: Hello {
        var hello = service.hello
        hello.version = posternVersion
        hello.process = process
        return hello
    }

    // MARK: Checks

    private func receive(_ message: IncomingMessage) {
        guard message.isOurs else {
            receiveDirectly(message)
            return
        }
        let responder = message.responder
        switch message.attributes.string("request") {
        case "hello":
            let hello = hello
            responder.send { hello.encode(into: &$0) }
        case "check":
            guard let request = CheckRequest(message.attributes, known: &knownChecks) else {
                return responder.hangUp()
            }
            let asked = request.asked
            check(request) { reply in responder.send { reply.encode(to: asked, into: &$0) } }
        case "fact":
            tally.count(.facts)
            // What is missing in the reply is unknown. Hanging up would cost other questions their connection.
            guard let request = FactRequest(message.attributes) else { return responder.send { _ in } }
            service.facts(request) { reply in responder.send { reply.encode(into: &$0) } }
        case "lookup":
            guard let request = LookupRequest(message.attributes) else { return responder.hangUp() }
            tally.count(.lookups)
            service.lookup(request) { result in responder.send { result.encode(into: &$0) } }
        case "upkeep":
            tally.count(.upkeep)
            service.upkeep(UpkeepRequest(message.attributes)) { reply in responder.send { reply.encode(into: &$0) } }
        default:
            environment.log.warning("unknown request on the check socket")
            responder.hangUp()
        }
    }

    private func check(_ request: CheckRequest, reply: @escaping @Sendable (CheckReply) -> Void) {
        let start = MonotonicInstant.now
        let tally = tally
        let asked = request.asked
        service.check(request) { answer in
            tally.answered(answer, to: asked, since: start)
            reply(answer)
        }
    }

    /// Postfix itself asks: every check of the service is decided, and the answer is one action.
    private func receiveDirectly(_ message: IncomingMessage) {
        let responder = message.responder
        guard !message.attributes.isEmpty else { return responder.send(DirectAnswer(action: .dunno)) }
        guard message.attributes.string("request") == "smtpd_access_policy" else { return responder.hangUp() }
        let policy = PolicyRequest(message.attributes)
        var request = CheckRequest(
            allChecks, policy: policy.reading(service.hello.reads),
            key: RecordingKey(policy: "direct", request: policy),
            deadline: MonotonicInstant.now.advanced(byMilliseconds: Self.directLimit))
        request.isDirect = true
        let rule = service.directFailureRule
        guard !request.checks.isEmpty else { return responder.send(DirectAnswer(action: .dunno)) }
        tally.count(.direct)
        let service = service
        check(request) { [request] answer in
            if case .needs(let names) = answer {
                var again = request
                for name in names { again.facts[name] = unknownFactValue }
                service.check(again) { responder.send(DirectAnswer(reply: $0, failureRule: rule)) }
            } else {
                responder.send(DirectAnswer(reply: answer, failureRule: rule))
            }
        }
    }

    // MARK: Management

    private func administer(_ message: IncomingMessage) {
        let responder = message.responder
        guard message.isOurs, let request = AdminRequest(message.attributes, peerUserID: message.peerUserID) else {
            return responder.hangUp()
        }
        switch request.verb {
        case "hello":
            let hello = hello
            responder.send { hello.encode(into: &$0) }
        case "stats":
            let rows = (tally.rows() + service.statistics()).map { [$0.name, $0.value] }
            let reply = AdminReply.done(columns: ["name", "value"], rows: rows, next: nil)
            responder.send { reply.encode(into: &$0) }
        case "reload":
            let reply = reloadReply(request)
            responder.send { reply.encode(into: &$0) }
        default:
            service.administer(request) { reply in responder.send { reply.encode(into: &$0) } }
        }
    }

    private func reloadReply(_ request: AdminRequest) -> AdminReply {
        environment.log.notice("\(request.auditLine)")
        do {
            try reloadConfiguration()
            return .done
        } catch {
            return .failed("\(error)")
        }
    }
}
