internal import CPosternSupport
public import NIOCore
internal import NIOPosix
public import PostfixProtocol

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
    /// Requests of one connection that may be unanswered before it is no longer read.
    public static let maximumInFlight = 1_024

    private let eventLoop: any EventLoop
    private let receive: (IncomingMessage) -> Void
    private let note: (String) -> Void
    private var listeners: [any Channel] = []
    private var connections: [UInt64: MessageServerConnection] = [:]
    private var nextConnection: UInt64 = 1
    private var isDraining = false
    private var drained: (() -> Void)?

    /// A server that hands each request to `receive` and what the log should know to `note`.
    public init(
        eventLoop: any EventLoop, receive: @escaping (IncomingMessage) -> Void, note: @escaping (String) -> Void
    ) {
        self.eventLoop = eventLoop
        self.receive = receive
        self.note = note
    }

    private lazy var outbox = ReplyOutbox(eventLoop: eventLoop) { [unowned self] items in self.write(items) }

    /// How many connections are open.
    public var connectionCount: Int { connections.count }

    /// Serves the inherited listening socket `descriptor`, which the caller gives up.
    public func serve(descriptor: CInt) -> EventLoopFuture<Void> {
        let this = NIOLoopBound(self, eventLoop: eventLoop)
        return ServerBootstrap(group: eventLoop)
            .serverChannelOption(.backlog, value: 4_096)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture { try this.value.accept(channel) }
            }
            .withBoundSocket(descriptor)
            .assumeIsolated()
            .map { channel in this.value.listeners.append(channel) }
            .nonisolated()
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
            number: number, channel: channel,
            receive: { [unowned self] message, id, isOurs, userID in
                let responder = Responder(outbox: self.outbox, connection: number, id: id)
                self.receive(
                    IncomingMessage(
                        attributes: message, isOurs: isOurs, peerUserID: userID, responder: responder))
            },
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

    private func write(_ items: [ReplyOutbox.Item]) {
        var written: Set<UInt64> = []
        for item in items {
            guard let connection = connections[item.connection] else { continue }
            connection.write(item.message)
            written.insert(item.connection)
        }
        for number in written { connections[number]?.flush() }
    }

    private func finishDrainIfIdle() {
        guard isDraining, connections.isEmpty, let drained else { return }
        self.drained = nil
        drained()
    }
}
