internal import CPosternSupport
public import NIOCore
internal import NIOPosix
public import PostfixProtocol
internal import ServiceProtocol

/// A request that came in on a socket of ours.
public struct IncomingMessage: Sendable {
    /// Its attributes.
    public var attributes: AttributeList
    /// Whether a client of ours sent it (`protocol=1`); else it is Postfix, or somebody with socat.
    public var isOurs: Bool
    /// The peer's user id, when the socket can tell.
    public var peerUserID: UInt32?
    /// Where the reply goes.
    public var responder: Responder
}

/// Serves attribute lists on listening sockets: many requests in flight on each connection, replies in any order.
///
/// Everything happens on the one event loop it was made for; only a ``Responder`` may leave it.
public final class MessageServer {
    /// What one connection may ask for.
    public struct Limits: Sendable {
        /// Requests of a client of ours that may be unanswered before it is no longer read; of others it is one.
        public var inFlight: Int
        /// How long a peer may take for a request, and for taking its replies.
        public var patience = PeerPatience.Limits()
        /// Whether that holds for a client of ours too.
        public var areForOurClients: Bool

        /// For a check socket, whose clients are the frontend, which asks much and stays, and now and then Postfix.
        public static let checks = Limits(inFlight: 1_024, areForOurClients: false)

        /// For an admin socket, whose replies may be long and whose clients come and go.
        public static let administration = Limits(inFlight: 8, areForOurClients: true)
    }

    private let eventLoop: any EventLoop
    private let limits: Limits
    private let receive: (IncomingMessage) -> Void
    private let note: (String) -> Void
    private var listeners: [any Channel] = []
    private var connections: [UInt64: MessageServerConnection] = [:]
    private var nextConnection: UInt64 = 1
    private var isDraining = false
    private var drained: (() -> Void)?
    private var sweep: RepeatedTask?

    /// A server that hands each request to `receive` and what the log should know to `note`.
    public init(
        eventLoop: any EventLoop, limits: Limits = .checks, receive: @escaping (IncomingMessage) -> Void,
        note: @escaping (String) -> Void
    ) {
        self.eventLoop = eventLoop
        self.limits = limits
        self.receive = receive
        self.note = note
    }

    private lazy var outbox = ReplyOutbox(eventLoop: eventLoop) { [unowned self] items in self.write(items) }

    /// How many connections are open.
    public var connectionCount: Int { connections.count }

    /// Serves the inherited listening socket `descriptor`, which the caller gives up.
    public func serve(descriptor: CInt) -> EventLoopFuture<Void> {
        let this = NIOLoopBound(self, eventLoop: eventLoop)
        startSweeping()
        return ServerBootstrap(group: eventLoop)
            .serverChannelOption(.backlog, value: 4_096)
            .serverChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(AcceptPause(note: this.value.note))
                }
            }
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture { try this.value.accept(channel) }
            }
            .withBoundSocket(descriptor)
            .assumeIsolated()
            .map { channel in this.value.listeners.append(channel) }
            .nonisolated()
    }

    private func startSweeping() {
        guard sweep == nil else { return }
        let this = NIOLoopBound(self, eventLoop: eventLoop)
        sweep = eventLoop.scheduleRepeatedTask(initialDelay: .seconds(1), delay: .seconds(1)) { _ in
            let now = MonotonicInstant.now
            for connection in Array(this.value.connections.values) { connection.checkPatience(now: now) }
        }
    }

    /// Says goodbye to our clients, answers what was read, flushes, closes; then calls `completion`.
    public func drain(completion: @escaping () -> Void) {
        isDraining = true
        drained = completion
        for listener in listeners { listener.close(promise: nil) }
        for connection in connections.values { connection.startDraining() }
        finishDrainIfIdle()
    }

    private func accept(_ channel: any Channel) throws {
        let number = nextConnection
        nextConnection += 1
        let connection = MessageServerConnection(
            channel: channel, limits: limits,
            receive: { [unowned self] message, id, isOurs, userID in
                let responder = Responder(outbox: self.outbox, connection: number, id: id)
                self.receive(
                    IncomingMessage(
                        attributes: message, isOurs: isOurs, peerUserID: userID, responder: responder))
            },
            sendReplies: { [unowned self] in self.outbox.drain() },
            closed: { [unowned self] reason in self.closed(number, reason: reason) })
        connections[number] = connection
        try channel.pipeline.syncOperations.addHandler(connection)
        learnPeer(of: channel, for: connection)
        if isDraining { connection.startDraining() }
    }

    /// SO_PEERCRED (unix(7)); a TCP peer has none.
    private func learnPeer(of channel: any Channel, for connection: MessageServerConnection) {
        guard let provider = channel as? any SocketOptionProvider else { return }
        let option = NIOBSDSocket.Option(rawValue: postern_peer_option())
        let peer: EventLoopFuture<postern_peer> = provider.unsafeGetSocketOption(level: .socket, name: option)
        peer.assumeIsolated().whenSuccess { connection.learn(peerUserID: $0.uid) }
    }

    private func closed(_ number: UInt64, reason: String?) {
        connections[number] = nil
        if let reason { note("connection \(number) closed: \(reason)") }
        finishDrainIfIdle()
    }

    /// Most replies go to the frontend's one connection.
    private func write(_ items: [ReplyOutbox.Item]) {
        var unflushed: [MessageServerConnection] = []
        var last: (number: UInt64, connection: MessageServerConnection?) = (0, nil)
        for item in items {
            if item.connection != last.number { last = (item.connection, connections[item.connection]) }
            guard let connection = last.connection else { continue }
            if !connection.hasUnflushedReplies { unflushed.append(connection) }
            connection.write(item.message)
        }
        for connection in unflushed { connection.flush() }
    }

    private func finishDrainIfIdle() {
        guard isDraining, connections.isEmpty, let drained else { return }
        self.drained = nil
        sweep?.cancel()
        drained()
    }
}
