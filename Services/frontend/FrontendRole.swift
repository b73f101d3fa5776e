internal import Configuration
internal import Logging
public import NIOCore
internal import NIOPosix
internal import PostfixProtocol
internal import ServiceProtocol
public import ServiceRuntime
internal import ServiceTransport

/// The frontend as a process: listeners of Postfix's protocols on one side, the services on the other.
///
/// The decisions are those of ``PolicyEngine`` and ``LookupEngine``; this class only carries bytes and time.
public final class FrontendRole: ProcessRole {
    let environment: ProcessEnvironment
    let eventLoop: any EventLoop
    var configuration: FrontendConfiguration
    var engine: PolicyEngine
    var lookups: LookupEngine
    var clients: [String: ServiceClient] = [:]
    let tally = FrontendTally()
    private var listeners: [any Channel] = []
    /// The listeners that the process was given sockets for.
    var served: [ListenerConfiguration] = []
    var connections: [UInt64: PostfixConnection] = [:]
    private var nextConnection: UInt64 = 1
    private var nextDecision: UInt64
    private var adminServer: MessageServer?
    private var drained: (() -> Void)?
    private var actions = ActionQueue<PolicyEngine.Action>()
    private var lookupActions = ActionQueue<LookupEngine.Action>()
    /// The memory of the last decision's line, for the next one.
    private var line = ByteBuffer()
    private var wakeTask: Scheduled<Void>?
    private var wakeAt = MonotonicInstant(microseconds: .max)
    private var sweep: RepeatedTask?
    var upkeep: UpkeepDriver?
    /// Requests of the admin socket that wait for a decision; their tags have the top bit set.
    var tracedRequests: [UInt64: (PolicyDecision) -> Void] = [:]
    var tracedLookups: [UInt64: (LookupResult, String?) -> Void] = [:]
    var nextTracedTag: UInt64 = 1 << 63

    /// A frontend with the configuration of `environment`.
    public init(environment: ProcessEnvironment) throws {
        let loaded = try LoadedConfiguration<FrontendConfiguration>(
            path: environment.configurationPath, service: "frontend")
        self.environment = environment
        eventLoop = environment.eventLoop
        configuration = loaded.own
        engine = PolicyEngine(
            policies: loaded.own.policySet, maximumInFlight: loaded.own.maximumInFlight,
            sessionLimits: loaded.own.sessionLimits)
        lookups = LookupEngine(
            maximumInFlight: loaded.own.maximumInFlight, failureRule: loaded.own.lookupFailureRule)
        // Decision ids of one process follow each other; those of the next start elsewhere.
        nextDecision = UInt64.random(in: 0..<1 << 40) << 20
        tally.prepare(engine.policies)
        replaceClients(with: loaded.own.services)
        for warning in loaded.own.warnings { environment.log.warning("\(warning)") }
        upkeep = makeUpkeep(stateDirectory: loaded.common.stateDirectory)
    }

    /// Begins to serve.
    public func start(_ sockets: [InheritedSocket]) throws -> EventLoopFuture<Void> {
        let log = environment.log
        let admin = MessageServer(
            eventLoop: eventLoop, limits: .administration, receive: { [unowned self] in self.administer($0) },
            note: { log.warning("admin: \($0)") })
        adminServer = admin
        let started = try sockets.map { socket in
            if socket.name == "admin" { return admin.serve(descriptor: socket.descriptor) }
            guard let listener = configuration.listeners.first(where: { $0.name == socket.name }) else {
                let names = configuration.listeners.map(\.name).joined(separator: ", ")
                throw StartError("socket '\(socket.name)' (FileDescriptorName=) is none of admin, \(names)")
            }
            if !served.contains(where: { $0.name == listener.name }) { served.append(listener) }
            return serve(listener, on: socket.descriptor)
        }
        let this = NIOLoopBound(self, eventLoop: eventLoop)
        sweep = eventLoop.scheduleRepeatedTask(initialDelay: .seconds(1), delay: .seconds(1)) { _ in
            this.value.checkLimits()
        }
        upkeep?.start()
        return EventLoopFuture.andAllSucceed(started, on: eventLoop)
    }

    private func serve(_ listener: ListenerConfiguration, on descriptor: CInt) -> EventLoopFuture<Void> {
        let this = NIOLoopBound(self, eventLoop: eventLoop)
        return ServerBootstrap(group: eventLoop)
            .serverChannelOption(.backlog, value: 4_096)
            .serverChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let log = this.value.environment.log
                    try channel.pipeline.syncOperations.addHandler(
                        AcceptPause(note: { log.error("\(listener.name): \($0)") }))
                }
            }
            .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture { try this.value.accept(channel, listenerName: listener.name) }
            }
            .withBoundSocket(descriptor)
            .assumeIsolated()
            .map { channel in this.value.listeners.append(channel) }
            .nonisolated()
    }

    // MARK: Connections

    private func accept(_ channel: any Channel, listenerName: String) throws {
        guard let listener = served.first(where: { $0.name == listenerName }) else {
            throw StartError("listener \(listenerName) is not served")
        }
        guard listener.allows(channel.remoteAddress) else {
            environment.log.warning("\(listenerName): connection from \(channel.peerText) refused (allow-from)")
            tally.count("connections.refused")
            throw ChannelError.operationUnsupported
        }
        let number = nextConnection
        nextConnection += 1
        let connection = PostfixConnection(
            number: number, listener: listener, channel: channel, limits: PostfixConnection.Limits(),
            ask: { [unowned self] question, connection in self.receive(question, from: connection) },
            closed: { [unowned self] connection, reason in self.closed(connection, reason) })
        connections[number] = connection
        tally.count("connections.accepted")
        try channel.pipeline.syncOperations.addHandler(connection)
        if drained != nil { connection.startDraining(now: MonotonicInstant.now) }
    }

    private func closed(_ connection: PostfixConnection, _ reason: String?) {
        connections[connection.number] = nil
        if let reason {
            tally.count("connections.closed-by-us")
            environment.log.warning("\(connection.listener.name): connection closed: \(reason)")
        }
        finishDrainIfIdle()
    }

    private func checkLimits() {
        let now = MonotonicInstant.now
        for connection in Array(connections.values) { connection.checkLimits(now: now) }
    }

    // MARK: Questions and answers

    private func receive(_ question: PostfixCodec.Question, from connection: PostfixConnection) {
        switch question {
        case .policy(let request):
            guard case .policy(let policy) = connection.listener.purpose else { return }
            decide(request, listenerPolicy: policy, tag: connection.number)
        case .lookup(let map, let key):
            lookUp(map: map, key: key, tag: connection.number)
        case .answered:
            break
        }
    }

    func decide(
        _ request: PolicyRequest, listenerPolicy: String, tag: UInt64, options: PolicyEngine.Options = .init()
    ) {
        perform { engine, now, actions in
            engine.receive(
                request, listenerPolicy: listenerPolicy, tag: tag, options: options, now: now, actions: &actions)
        }
    }

    func lookUp(map: String, key: String, tag: UInt64) {
        lookups.receive(map: map, key: key, tag: tag, now: MonotonicInstant.now, actions: &lookupActions.waiting)
        carryOutLookups()
    }

    private func perform(_ event: (inout PolicyEngine, MonotonicInstant, inout [PolicyEngine.Action]) -> Void) {
        event(&engine, MonotonicInstant.now, &actions.waiting)
        // An answer that comes at once leads back here: first come, first carried out, or a cancel would overtake its
        // ask.
        guard actions.begin() else { return }
        while let action = actions.next() { carryOut(action) }
        scheduleWake()
    }

    private func carryOut(_ action: consuming PolicyEngine.Action) {
        switch consume action {
        case .ask(let service, let ask): self.ask(service, ask)
        case .cancel(let service, let token): clients[service]?.cancel(token: token)
        case .uselessReply(let service): clients[service]?.reportUselessReply()
        case .answer(let tag, let request, let decision): answer(tag, request, decision)
        }
    }

    private func carryOutLookups() {
        guard lookupActions.begin() else { return }
        while let action = lookupActions.next() { carryOut(action) }
    }

    private func carryOut(_ action: consuming LookupEngine.Action) {
        switch consume action {
        case .ask(let service, let ask): self.ask(service, ask)
        case .uselessReply(let service): clients[service]?.reportUselessReply()
        case .answer(let tag, let request, let result, let failure): answer(tag, request, result, failure)
        }
    }

    func ask(_ service: String, _ ask: Ask) {
        if let client = clients[service] { client.ask(ask) } else { deliver(ask.token, .failed(.connectionLost)) }
    }

    func deliver(_ token: UInt64, _ outcome: AskOutcome) {
        if UpkeepSchedule.owns(token) {
            upkeep?.deliver(token, outcome)
        } else if token >> 63 == 1 {
            lookups.receive(outcome, token: token, now: MonotonicInstant.now, actions: &lookupActions.waiting)
            carryOutLookups()
        } else {
            perform { engine, now, actions in
                engine.receive(outcome, token: token, now: now, actions: &actions)
            }
        }
    }

    private func answer(_ tag: UInt64, _ request: PolicyRequest, _ decision: PolicyDecision) {
        if !tracedRequests.isEmpty, let traced = tracedRequests.removeValue(forKey: tag) { return traced(decision) }
        tally.decided(decision, state: request.protocolState)
        if environment.log.logLevel <= .info {
            nextDecision &+= 1
            line.clear()
            DecisionLine.write(decision, of: request, id: nextDecision, into: &line)
            environment.logWriter.write(level: .info, bytes: line)
        }
        var bytes = ByteBuffer()
        decision.action.encode(into: &bytes)
        connections[tag]?.answer(bytes)
    }

    private func answer(_ tag: UInt64, _ request: LookupRequest, _ result: LookupResult, _ failure: String?) {
        if let failure {
            tally.lookedUp(map: request.map, result: "failed")
            environment.log.warning("\(request.map): \(request.key) not looked up: \(failure)")
        }
        if let traced = tracedLookups.removeValue(forKey: tag) { return traced(result, failure) }
        tally.lookedUp(map: request.map, result: result.word)
        guard let connection = connections[tag] else { return }
        var bytes = ByteBuffer()
        result.encode(for: connection.listener.purpose, into: &bytes)
        connection.answer(bytes)
    }

    // MARK: Time

    private func scheduleWake() {
        guard let next = engine.nextWake, next < wakeAt else { return }
        wakeTask?.cancel()
        wakeAt = next
        let pause = max(next.microseconds(since: MonotonicInstant.now), 0)
        let this = NIOLoopBound(self, eventLoop: eventLoop)
        wakeTask = eventLoop.scheduleTask(in: .microseconds(Int64(pause))) {
            this.value.wakeAt = MonotonicInstant(microseconds: .max)
            this.value.perform { engine, now, actions in engine.wake(now: now, actions: &actions) }
        }
    }

    // MARK: End

    /// Closes idle connections at once and others right after their reply.
    public func drain(completion: @escaping () -> Void) {
        drained = completion
        for listener in listeners { listener.close(promise: nil) }
        let now = MonotonicInstant.now
        for connection in Array(connections.values) { connection.startDraining(now: now) }
        finishDrainIfIdle()
    }

    private func finishDrainIfIdle() {
        guard let drained, connections.isEmpty else { return }
        self.drained = nil
        sweep?.cancel()
        upkeep?.stop()
        wakeTask?.cancel()
        for client in clients.values { client.stop() }
        guard let adminServer else { return drained() }
        adminServer.drain(completion: drained)
    }
}
