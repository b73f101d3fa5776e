public import NIOCore
internal import NIOPosix
internal import PostfixProtocol
public import ServiceProtocol

/// The client side of one service on an event loop: drives a ``ServiceClientState`` with real connections.
///
/// Everything happens on the one event loop it was made for.
public final class ServiceClient {
    /// The service's name in the configuration.
    public let name: String
    private let eventLoop: any EventLoop
    /// Paths of its endpoints.
    public let paths: [String]
    private var state: ServiceClientState
    private var links: [UInt64: Link] = [:]
    private var unflushed: [Link] = []
    private var wakeTask: Scheduled<Void>?
    private var wakeAt = MonotonicInstant(microseconds: .max)
    private var isStopped = false
    private var actions = ActionQueue<ServiceClientState.Action>()
    private let deliver: (UInt64, AskOutcome) -> Void
    private let note: (ServiceClientState.Note) -> Void

    /// An open connection, and the questions of this turn of the event loop that have not left.
    private final class Link {
        let channel: any Channel
        var outgoing = ByteBuffer()
        var count = 0
        /// It is among those written to at the end of the turn.
        var isUnflushed = false

        init(_ channel: any Channel) {
            self.channel = channel
        }
    }

    private static let keptCapacity = 16 << 10

    /// A client of the Unix sockets at `paths`.
    ///
    /// - Parameters:
    ///   - deliver: called once for each question, with its token.
    ///   - note: called with what the log should know.
    public init(
        name: String, paths: [String], limits: ServiceClientState.Limits = .init(), eventLoop: any EventLoop,
        deliver: @escaping (UInt64, AskOutcome) -> Void, note: @escaping (ServiceClientState.Note) -> Void
    ) {
        self.name = name
        self.paths = paths
        self.eventLoop = eventLoop
        self.state = ServiceClientState(endpoints: paths, limits: limits)
        self.deliver = deliver
        self.note = note
    }

    /// How many questions are unanswered.
    public var unanswered: Int { state.unanswered }

    /// How many of the endpoints are up, of how many.
    public var endpointsUp: (up: Int, of: Int) { (state.endpointsUp, paths.count) }

    /// What the service said of itself; nil while no endpoint is up.
    public var hello: Hello? { state.hello }

    /// Opens the connections.
    public func start() {
        perform { state, now, actions in state.start(now: now, actions: &actions) }
    }

    /// Asks a question; its outcome comes through `deliver`, perhaps before this returns.
    public func ask(_ ask: Ask) {
        perform { state, now, actions in state.ask(ask, now: now, actions: &actions) }
    }

    /// The outcome of this question is no longer of interest.
    public func cancel(token: UInt64) {
        state.cancel(token: token)
    }

    /// A reply could not be used.
    public func reportUselessReply() {
        perform { state, now, actions in state.failedByContent(now: now, actions: &actions) }
    }

    /// Closes all connections; nothing may be asked afterwards.
    ///
    /// What is unanswered is asked by `successor`, another client of the same service, within the time it has left.
    /// Without one, or where it must not be asked twice, it fails.
    public func stop(successor: ServiceClient? = nil) {
        isStopped = true
        wakeTask?.cancel()
        for link in links.values { link.channel.close(promise: nil) }
        var questions: [ServiceClientState.Pending] = []
        perform { state, _, actions in
            questions = state.end(isReplaced: successor != nil, actions: &actions)
        }
        // Without a question it is left alone: a service nobody asks is never started.
        guard !questions.isEmpty else { return }
        successor?.perform { state, now, actions in state.takeOver(questions, now: now, actions: &actions) }
    }

    private func perform(
        _ event: (inout ServiceClientState, MonotonicInstant, inout [ServiceClientState.Action]) -> Void
    ) {
        event(&state, MonotonicInstant.now, &actions.waiting)
        // A delivery may lead to the next question: first come, first carried out.
        guard actions.begin() else { return }
        while let action = actions.next() { carryOut(action) }
        scheduleWake()
    }

    private func carryOut(_ action: ServiceClientState.Action) {
        switch action {
        case .connect(let endpoint, let connection): connect(endpoint, connection)
        case .send(let endpoint, let connection, let message): send(message, Self.key(endpoint, connection))
        case .close(let endpoint, let connection, _):
            links.removeValue(forKey: Self.key(endpoint, connection))?.channel.close(promise: nil)
        case .deliver(let token, let outcome): deliver(token, outcome)
        case .note(let event): note(event)
        }
    }

    private func connect(_ endpoint: Int, _ connection: UInt64) {
        guard !isStopped else { return }
        let this = NIOLoopBound(self, eventLoop: eventLoop)
        ClientBootstrap(group: eventLoop)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let handler = MessageHandler { event in
                        this.value.connectionEvent(event, endpoint: endpoint, connection: connection)
                    }
                    try channel.pipeline.syncOperations.addHandler(handler)
                }
            }
            .connect(unixDomainSocketPath: paths[endpoint])
            .assumeIsolated()
            .whenComplete { result in
                this.value.finishedConnecting(result, endpoint: endpoint, connection: connection)
            }
    }

    private func finishedConnecting(_ result: Result<any Channel, any Error>, endpoint: Int, connection: UInt64) {
        switch result {
        case .success(let channel) where isStopped:
            channel.close(promise: nil)
        case .success(let channel):
            links[Self.key(endpoint, connection)] = Link(channel)
            perform { state, now, actions in
                state.connected(endpoint: endpoint, connection: connection, now: now, actions: &actions)
            }
        case .failure(let error):
            perform { state, now, actions in
                state.disconnected(
                    endpoint: endpoint, connection: connection, reason: "\(error)", now: now, actions: &actions)
            }
        }
    }

    private func connectionEvent(_ event: MessageHandler.Event, endpoint: Int, connection: UInt64) {
        guard !isStopped else { return }
        switch event {
        case .message(let list):
            perform { state, now, actions in
                state.received(list, endpoint: endpoint, connection: connection, now: now, actions: &actions)
            }
        case .closed(let reason):
            links[Self.key(endpoint, connection)] = nil
            perform { state, now, actions in
                state.disconnected(
                    endpoint: endpoint, connection: connection, reason: reason, now: now, actions: &actions)
            }
        }
    }

    /// Gathers what is asked in one turn of the event loop; it leaves in portions, the last at the end of the turn.
    private func send(_ message: QuestionMessage, _ key: UInt64) {
        guard let link = links[key] else { return }
        if unflushed.isEmpty {
            let this = NIOLoopBound(self, eventLoop: eventLoop)
            eventLoop.execute { this.value.flush() }
        }
        if !link.isUnflushed {
            link.isUnflushed = true
            unflushed.append(link)
        }
        message.encode(into: &link.outgoing)
        link.count += 1
        if link.count == largestPortion { write(link) }
    }

    private func flush() {
        // Writing may find the connection broken; what is then asked on the next one needs a flush of its own.
        let links = unflushed
        unflushed = []
        for link in links {
            link.isUnflushed = false
            if link.count > 0 { write(link) }
        }
    }

    private func write(_ link: Link) {
        let bytes = link.outgoing
        link.outgoing = ByteBuffer()
        // The next portion will have about as many.
        link.outgoing.reserveCapacity(min(bytes.readableBytes, Self.keptCapacity))
        link.count = 0
        link.channel.writeAndFlush(bytes, promise: nil)
    }

    private func scheduleWake() {
        guard !isStopped, let next = state.nextWake, next < wakeAt else { return }
        wakeTask?.cancel()
        wakeAt = next
        let pause = max(next.microseconds(since: MonotonicInstant.now), 0)
        let this = NIOLoopBound(self, eventLoop: eventLoop)
        wakeTask = eventLoop.scheduleTask(in: .microseconds(Int64(pause))) { this.value.wake() }
    }

    private func wake() {
        wakeAt = MonotonicInstant(microseconds: .max)
        perform { state, now, actions in state.wake(now: now, actions: &actions) }
    }

    private static func key(_ endpoint: Int, _ connection: UInt64) -> UInt64 {
        UInt64(endpoint) << 48 | connection & 0xffff_ffff_ffff
    }
}
