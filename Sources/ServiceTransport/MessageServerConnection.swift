internal import CPosternSupport
internal import NIOCore
internal import NIOPosix
internal import PostfixProtocol
internal import ServiceProtocol

/// One accepted connection of a ``MessageServer``.
///
/// A peer that does not say `protocol=1` is Postfix: its requests are answered one after the other, and nothing is sent
/// unasked, since Postfix takes unasked bytes for a broken connection.
///
/// Nothing more is answered to a peer that does not fetch its replies, or they would fill the memory.
final class MessageServerConnection: ChannelDuplexHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer
    typealias Receive = (_ message: AttributeList, _ id: String?, _ isOurs: Bool, _ userID: UInt32?) -> Void

    /// An `id` is repeated in the reply, so it is kept short.
    private static let longestID = 64

    private let channel: any Channel
    private let limits: MessageServer.Limits
    private let receive: Receive
    /// Sends the replies that are ready, of this and other connections.
    private let sendReplies: () -> Void
    private let closed: (String?) -> Void
    private var framer = AttributeListFramer()
    private var received = ByteBuffer()
    /// Replies that were written and not flushed.
    private var outgoing = ByteBuffer()
    private var inFlight = 0
    private var patience = PeerPatience()
    private var lastRead = MonotonicInstant.now
    private var isOurs: Bool?
    private var isTaking = false
    private var isReadPending = false
    private var isDraining = false
    private var isClosed = false
    private var peerUserID: UInt32?

    init(
        channel: any Channel, limits: MessageServer.Limits, receive: @escaping Receive,
        sendReplies: @escaping () -> Void, closed: @escaping (String?) -> Void
    ) {
        self.channel = channel
        self.limits = limits
        self.receive = receive
        self.sendReplies = sendReplies
        self.closed = closed
    }

    private var limit: Int { isOurs == false ? 1 : limits.inFlight }

    /// Whether a request may be taken, or more of one read.
    private var hasRoom: Bool { inFlight < limit && channel.isWritable && !isDraining && !isClosed }

    /// The user id of the peer, for audit lines.
    func learn(peerUserID: UInt32?) {
        self.peerUserID = peerUserID
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        received.appendToStream(unwrapInboundIn(data))
        lastRead = MonotonicInstant.now
        takeMessages()
    }

    func read(context: ChannelHandlerContext) {
        if hasRoom { context.read() } else { isReadPending = true }
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        goOn()
        context.fireChannelWritabilityChanged()
    }

    func channelInactive(context: ChannelHandlerContext) {
        finish(reason: nil)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        finish(reason: "\(error)")
        context.close(promise: nil)
    }

    private func takeMessages() {
        // A reply that is sent between two messages makes room; that must not take the next one inside this one.
        guard !isTaking else { return }
        isTaking = true
        defer { isTaking = false }
        do {
            var count = 0
            while hasRoom, let list = try framer.nextList(from: &received) {
                patience.requestIsWhole()
                try take(list)
                count += 1
                if count.isMultiple(of: largestPortion) { sendReplies() }
            }
            if framer.isMidMessage { patience.requestIsPartial(at: lastRead) }
        } catch {
            close(reason: "\(error)")
        }
    }

    private func take(_ list: AttributeList) throws {
        let isOurs = list.protocolVersion == 1
        if self.isOurs == nil || isOurs { self.isOurs = isOurs }
        let id = isOurs ? list.string("id") ?? "" : nil
        guard id?.utf8.count ?? 0 <= Self.longestID else { throw AttributeListError.lineTooLong(limit: Self.longestID) }
        inFlight += 1
        receive(list, id, isOurs, peerUserID)
    }

    /// Writes a reply; nil hangs up.
    func write(_ message: ByteBuffer?) {
        inFlight -= 1
        guard let message else { return close(reason: "a request could not be answered") }
        patience.replyWritten(at: MonotonicInstant.now)
        if outgoing.readableBytes == 0 { outgoing = message } else { outgoing.writeImmutableBuffer(message) }
    }

    /// Replies have been written and are to leave.
    var hasUnflushedReplies: Bool { outgoing.readableBytes > 0 }

    /// Sends the replies that were written, in one piece.
    func flush() {
        let bytes = outgoing
        outgoing = ByteBuffer()
        channel.writeAndFlush(bytes, promise: watch())
        goOn()
    }

    /// A promise for the next write, unless an earlier one is waited for.
    private func watch() -> EventLoopPromise<Void>? {
        guard let replies = patience.watch() else { return nil }
        let promise = channel.eventLoop.makePromise(of: Void.self)
        promise.futureResult.assumeIsolated().whenSuccess { [weak self] in self?.haveLeft(replies) }
        return promise
    }

    private func haveLeft(_ replies: Int) {
        patience.left(replies, at: MonotonicInstant.now)
        // Others have been written meanwhile.
        if let promise = watch() { channel.writeAndFlush(ByteBuffer(), promise: promise) }
        closeIfDrained()
    }

    private func goOn() {
        takeMessages()
        if isReadPending, hasRoom {
            isReadPending = false
            channel.read()
        }
        closeIfDrained()
    }

    /// Closes a connection whose peer has taken too long. A client of ours keeps its connection for as long as it
    /// likes, where the limits are not for all.
    func checkPatience(now: MonotonicInstant) {
        guard limits.areForOurClients || isOurs != true else { return }
        if let complaint = patience.complaint(at: now, limits: limits.patience) { close(reason: complaint) }
    }

    func startDraining() {
        guard !isDraining else { return }
        isDraining = true
        if isOurs == true {
            var goodbye = ByteBuffer()
            goodbye.writeStaticString("protocol=1\nstatus=goodbye\n\n")
            channel.writeAndFlush(goodbye, promise: nil)
        }
        closeIfDrained()
    }

    private func closeIfDrained() {
        guard isDraining, inFlight == 0, patience.unsentReplies == 0, !isClosed else { return }
        channel.close(promise: nil)
    }

    private func close(reason: String) {
        finish(reason: reason)
        channel.close(promise: nil)
    }

    private func finish(reason: String?) {
        guard !isClosed else { return }
        isClosed = true
        closed(reason)
    }
}
