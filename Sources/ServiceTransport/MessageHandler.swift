internal import NIOCore
internal import PostfixProtocol

/// Turns the bytes of one connection into attribute lists.
final class MessageHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    /// What happens on a connection.
    enum Event {
        case message(AttributeList)
        /// The last event; the reason is for the log.
        case closed(reason: String)
    }

    private var framer = AttributeListFramer()
    private var received = ByteBuffer()
    private var isClosed = false
    private let receive: (Event) -> Void

    init(receive: @escaping (Event) -> Void) {
        self.receive = receive
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        received.appendToStream(unwrapInboundIn(data))
        do {
            while !isClosed, let list = try framer.nextList(from: &received) {
                guard !list.isEmpty else { continue }
                receive(.message(list))
            }
        } catch {
            close(context, reason: "\(error)")
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        close(context, reason: "connection closed")
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        close(context, reason: "\(error)")
    }

    private func close(_ context: ChannelHandlerContext, reason: String) {
        guard !isClosed else { return }
        isClosed = true
        context.close(promise: nil)
        receive(.closed(reason: reason))
    }
}
