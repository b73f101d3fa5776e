internal import CPosternSupport
internal import NIOCore
internal import NIOPosix
internal import PostfixProtocol

/// One accepted connection of a ``MessageServer``.
///
/// A peer that does not say `protocol=1` is Postfix: its requests are answered one after the other, and nothing is sent
/// unasked, since Postfix takes unasked bytes for a broken connection.
final class MessageServerConnection: ChannelDuplexHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer
    typealias Receive = (_ message: AttributeList, _ id: String?, _ isOurs: Bool, _ userID: UInt32?) -> Void

    /// An `id` is repeated in the reply, so it is kept short.
    private static let longestID = 64

    private let number: UInt64
    private let channel: any Channel
    private let receive: Receive
    private let closed: (String?) -> Void
    private var framer = AttributeListFramer()
    private var received = ByteBuffer()
    private var inFlight = 0
    private var isOurs: Bool?
    private var isReadPending = false
    private var isDraining = false
    private var isClosed = false
    private var peerUserID: UInt32?

    init(
        number: UInt64, channel: any Channel, receive: @escaping Receive, closed: @escaping (String?) -> Void
    ) {
        self.number = number
        self.channel = channel
        self.receive = receive
        self.closed = closed
    }

    private var limit: Int { isOurs == false ? 1 : MessageServer.maximumInFlight }

    /// The user id of the peer, for audit lines.
    func learn(peerUserID: UInt32?) {
        self.peerUserID = peerUserID
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var bytes = unwrapInboundIn(data)
        if received.readableBytes == 0 { received = bytes } else { received.writeBuffer(&bytes) }
        takeMessages()
    }

    func read(context: ChannelHandlerContext) {
        if inFlight < limit, !isDraining { context.read() } else { isReadPending = true }
    }

    func channelInactive(context: ChannelHandlerContext) {
        finish(reason: nil)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        finish(reason: "\(error)")
        context.close(promise: nil)
    }

    private func takeMessages() {
        do {
            while !isClosed, !isDraining, inFlight < limit, let message = try framer.next(from: &received) {
                try take(message)
            }
        } catch {
            finish(reason: "\(error)")
            channel.close(promise: nil)
        }
    }

    private func take(_ message: ByteBuffer) throws {
        let list = try AttributeList(message)
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
        guard let message else {
            finish(reason: "a request could not be answered")
            channel.close(promise: nil)
            return
        }
        channel.write(message, promise: nil)
    }

    func flush() {
        channel.flush()
        guard !isClosed else { return }
        takeMessages()
        if isReadPending, inFlight < limit, !isDraining {
            isReadPending = false
            channel.read()
        }
        closeIfDrained()
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
        guard isDraining, inFlight == 0, !isClosed else { return }
        channel.close(promise: nil)
    }

    private func finish(reason: String?) {
        guard !isClosed else { return }
        isClosed = true
        closed(reason)
    }
}
