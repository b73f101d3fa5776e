internal import NIOCore
internal import PostfixProtocol
internal import ServiceProtocol
internal import ServiceTransport

/// One connection of Postfix: questions are answered one after the other, in order.
final class PostfixConnection: ChannelDuplexHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    /// How long things may take, in milliseconds.
    struct Limits: Sendable {
        /// Postfix's own idle limit is 300 s and its connections live 1,000 s (SMTPD_POLICY_README).
        var idle = 1_100_000
        /// For a question, and for taking its reply.
        var patience = PeerPatience.Limits()
        /// For the first question of a connection that was accepted while draining.
        var firstWhileDraining = 1_000
    }

    let number: UInt64
    private(set) var listener: ListenerConfiguration
    private let channel: any Channel
    private var context: ChannelHandlerContext?
    private let limits: Limits
    private let ask: (PostfixCodec.Question, PostfixConnection) -> Void
    private let closed: (PostfixConnection, String?) -> Void
    private var codec: PostfixCodec
    private var received = ByteBuffer()
    private var isWaiting = false
    private var isTaking = false
    private var patience = PeerPatience()
    private var isReadPending = false
    private var isDraining = false
    private var isClosed = false
    private var hasAsked = false
    private var lastActivity = MonotonicInstant.now
    private var drainingSince: MonotonicInstant?

    /// Bytes kept of what came in while a question is unanswered; beyond, nothing more is read.
    private static let maximumBuffered = 64 << 10

    init(
        number: UInt64, listener: ListenerConfiguration, channel: any Channel, limits: Limits,
        ask: @escaping (PostfixCodec.Question, PostfixConnection) -> Void,
        closed: @escaping (PostfixConnection, String?) -> Void
    ) {
        self.number = number
        self.listener = listener
        self.channel = channel
        self.limits = limits
        self.ask = ask
        self.closed = closed
        codec = PostfixCodec(listener.purpose)
    }

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        self.context = nil
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        received.appendToStream(unwrapInboundIn(data))
        lastActivity = MonotonicInstant.now
        takeQuestions()
    }

    func read(context: ChannelHandlerContext) {
        if holdsBack { isReadPending = true } else { context.read() }
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        if channel.isWritable { goOn() }
        context.fireChannelWritabilityChanged()
    }

    /// Whether nothing more may be read: what came in already cannot be answered yet.
    private var holdsBack: Bool {
        (isWaiting || !channel.isWritable) && received.readableBytes > Self.maximumBuffered
    }

    func channelInactive(context: ChannelHandlerContext) {
        finish(nil)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        finish("\(error)")
        context.close(promise: nil)
    }

    private func takeQuestions() {
        // An answer that comes while its question is being asked must not take the next one: a packet full of small
        // questions would fill the stack.
        guard !isTaking else { return }
        isTaking = true
        defer { isTaking = false }
        do {
            // Nor is anything answered that the peer does not fetch, or its replies would fill the memory.
            while !isClosed, !isWaiting, channel.isWritable, let question = try codec.next(from: &received) {
                isWaiting = true
                hasAsked = true
                patience.requestIsWhole()
                if case .answered(let answer) = question { answerNow(answer) } else { ask(question, self) }
            }
            if !isWaiting, codec.isMidQuestion { patience.requestIsPartial(at: lastActivity) }
        } catch {
            close("\(error)")
        }
    }

    /// Sends the answer to the question asked last; the next question is taken.
    func answer(_ bytes: ByteBuffer) {
        guard isWaiting, !isClosed else { return }
        answerNow(bytes)
        goOn()
    }

    private func goOn() {
        takeQuestions()
        guard isReadPending, !isClosed, !holdsBack else { return }
        isReadPending = false
        channel.read()
    }

    private func answerNow(_ bytes: ByteBuffer) {
        isWaiting = false
        patience.replyWritten(at: lastActivity)
        // From here, not from the pipeline's end: there is nobody between.
        context?.writeAndFlush(wrapOutboundOut(bytes), promise: nil)
        if isDraining { close(nil) }
    }

    /// Takes another policy over. What is spoken on an open connection stays.
    func apply(_ listeners: [ListenerConfiguration]) {
        guard let changed = listeners.first(where: { $0.name == listener.name }),
            changed.purpose.isPolicy == listener.purpose.isPolicy, changed.purpose.isPolicy
        else { return }
        listener = changed
    }

    /// Idle connections are closed at once, others right after their reply.
    func startDraining(now: MonotonicInstant) {
        isDraining = true
        drainingSince = now
        if !isWaiting, hasAsked { close(nil) }
    }

    /// Writes nothing behind the replies, to be told when they have left.
    private func watchReplies() {
        guard let replies = patience.watch() else { return }
        let promise = channel.eventLoop.makePromise(of: Void.self)
        promise.futureResult.assumeIsolated().whenSuccess { [weak self] in
            self?.patience.left(replies, at: MonotonicInstant.now)
        }
        context?.writeAndFlush(wrapOutboundOut(ByteBuffer()), promise: promise)
    }

    /// Closes what has taken too long.
    func checkLimits(now: MonotonicInstant) {
        watchReplies()
        if let complaint = patience.complaint(at: now, limits: limits.patience) {
            close(complaint)
        } else if let drainingSince, !isWaiting,
            now.microseconds(since: drainingSince) / 1_000 >= limits.firstWhileDraining
        {
            close(nil)
        } else if !isWaiting, now.microseconds(since: lastActivity) / 1_000 >= limits.idle {
            close(nil)
        }
    }

    private func close(_ reason: String?) {
        guard !isClosed else { return }
        finish(reason)
        channel.close(promise: nil)
    }

    private func finish(_ reason: String?) {
        guard !isClosed else { return }
        isClosed = true
        closed(self, reason)
    }
}
