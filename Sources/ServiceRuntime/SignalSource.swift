internal import CPosternSupport
public import NIOCore
internal import NIOPosix

/// SIGTERM, SIGINT and SIGHUP as events on an event loop.
///
/// A handler writes the signal's number into a pipe that the loop reads. So it works on whichever thread the signal
/// arrives, and needs no thread and no signal mask of its own.
public struct SignalSource: Sendable {
    private let channel: any Channel

    /// Catches the signals, and ignores SIGPIPE, before it returns; from then on none is lost.
    ///
    /// `deliver` runs on `eventLoop`, also for what arrived before the future was fulfilled. There is one source in a
    /// process: a second one throws ``SystemError`` with EBUSY.
    public static func start(
        on eventLoop: any EventLoop, deliver: @escaping @Sendable (ProcessSignal) -> Void
    ) throws(SystemError) -> EventLoopFuture<SignalSource> {
        ProcessSignal.ignoreBrokenPipes()
        let numbers = ProcessSignal.allCases.map(\.number)
        let descriptor = postern_signal_pipe_open(numbers, numbers.count)
        guard descriptor >= 0 else { throw SystemError("catch signals", code: -descriptor) }
        return NIOPipeBootstrap(group: eventLoop)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(SignalReader(deliver: deliver))
                }
            }
            .takingOwnershipOfDescriptor(input: descriptor)
            .map { channel in SignalSource(channel: channel) }
    }

    /// Puts the signals back to their defaults and stops delivering.
    public func stop() -> EventLoopFuture<Void> {
        postern_signal_pipe_close()
        return channel.close()
    }
}

private final class SignalReader: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private let deliver: @Sendable (ProcessSignal) -> Void

    init(deliver: @escaping @Sendable (ProcessSignal) -> Void) {
        self.deliver = deliver
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        for number in unwrapInboundIn(data).readableBytesView {
            if let signal = ProcessSignal(number: Int32(number)) { deliver(signal) }
        }
    }
}
