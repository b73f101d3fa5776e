public import NIOCore

/// Stands in a listening channel's pipeline: where no connection can be accepted, as when all descriptors are in use, it
/// tries again after a pause, instead of as fast as it can while connections wait.
public final class AcceptPause: ChannelInboundHandler {
    /// The connections that were accepted.
    public typealias InboundIn = any Channel

    private static let pause = TimeAmount.milliseconds(500)

    private let note: (String) -> Void
    private var isPaused = false
    /// The log need not know of each try.
    private var hasTold = false

    /// - Parameter note: is told what the log should know: once, until a connection has been accepted again.
    public init(note: @escaping (String) -> Void) {
        self.note = note
    }

    /// A connection has been accepted.
    public func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        hasTold = false
        context.fireChannelRead(data)
    }

    /// None could be accepted.
    public func errorCaught(context: ChannelHandlerContext, error: any Error) {
        if !hasTold { note("connections cannot be accepted: \(error)") }
        hasTold = true
        guard !isPaused else { return }
        isPaused = true
        setReading(false, context)
        let this = NIOLoopBound((handler: self, context: context), eventLoop: context.eventLoop)
        context.eventLoop.scheduleTask(in: Self.pause) {
            let (handler, context) = this.value
            handler.isPaused = false
            handler.setReading(true, context)
        }
    }

    private func setReading(_ isReading: Bool, _ context: ChannelHandlerContext) {
        // A channel that has been closed meanwhile needs nothing.
        try? context.channel.syncOptions?.setOption(.autoRead, value: isReading)
    }
}
