import Configuration
import NIOCore
import NIOEmbedded
import PostfixProtocol
import ServiceProtocol
import ServiceTransport
import Testing

@testable import Frontend

/// The limits in time of a connection, with a clock of the test's own.
@Suite struct PostfixConnectionTests {
    /// A connection, and what it asked and why it was closed.
    private final class Dialog {
        let channel = EmbeddedChannel()
        let outlet = Outlet()
        var questions = 0
        /// Whether each question is answered while it is being asked.
        var answersAtOnce = false
        var reasons: [String?] = []
        private(set) var connection: PostfixConnection?

        init(limits: PostfixConnection.Limits = .init()) throws {
            let listener = try #require(try FrontendConfiguration.read("frontend:\n").listeners.first)
            let connection = PostfixConnection(
                number: 1, listener: listener, channel: channel, limits: limits,
                ask: { [unowned self] question, _ in
                    questions += 1
                    guard case .policy = question else { return }
                    if answersAtOnce { answer() }
                }, closed: { [unowned self] _, reason in reasons.append(reason) })
            self.connection = connection
            try channel.pipeline.syncOperations.addHandlers(outlet, connection)
            try channel.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 1)).wait()
        }

        func receive(_ text: String) throws {
            try channel.writeInbound(ByteBuffer(string: text))
        }

        func answer() {
            connection?.answer(ByteBuffer(string: "action=DUNNO\n\n"))
        }

        /// The limits are looked at when so many milliseconds have passed.
        func pass(_ milliseconds: Int) {
            connection?.checkLimits(now: MonotonicInstant.now.advanced(byMilliseconds: milliseconds))
        }
    }

    /// Holds replies back, as a peer does that reads nothing.
    private final class Outlet: ChannelOutboundHandler {
        typealias OutboundIn = ByteBuffer
        var isShut = false
        private var held: [EventLoopPromise<Void>?] = []

        /// Nothing overtakes what is held; what has no bytes waits for nobody else.
        func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
            guard isShut, !held.isEmpty || unwrapOutboundIn(data).readableBytes > 0 else {
                return context.write(data, promise: promise)
            }
            held.append(promise)
        }

        func letOneGo() {
            if !held.isEmpty { held.removeFirst()?.succeed() }
        }

        func close(context: ChannelHandlerContext, mode: CloseMode, promise: EventLoopPromise<Void>?) {
            for promise in held { promise?.fail(ChannelError.ioOnClosedChannel) }
            held = []
            context.close(mode: mode, promise: promise)
        }
    }

    private static let request = "request=smtpd_access_policy\nprotocol_state=RCPT\n\n"

    @Test func halfARequest() throws {
        let dialog = try Dialog()
        try dialog.receive(String(Self.request.dropLast(5)))
        dialog.pass(59_000)
        #expect(dialog.reasons.isEmpty)
        dialog.pass(61_000)
        #expect(dialog.reasons == ["half a request, then silence"])
        #expect(!dialog.channel.isActive)
        #expect(try dialog.channel.readOutbound(as: ByteBuffer.self) == nil)
    }

    /// Byte by byte is no excuse: the time runs from the first one.
    @Test func aSlowRequest() throws {
        var limits = PostfixConnection.Limits()
        limits.patience.request = 0
        let dialog = try Dialog(limits: limits)
        try dialog.receive("r")
        try dialog.receive("e")
        dialog.pass(1)
        #expect(dialog.reasons == ["half a request, then silence"])
    }

    @Test func aWholeRequestHasNoSuchLimit() throws {
        let dialog = try Dialog()
        try dialog.receive(Self.request)
        dialog.pass(1_200_000)
        #expect(dialog.reasons.isEmpty)
        dialog.answer()
        dialog.pass(61_000)
        #expect(dialog.reasons.isEmpty)
        #expect(dialog.questions == 1)
    }

    @Test func anIdleConnection() throws {
        let dialog = try Dialog()
        try dialog.receive(Self.request)
        dialog.answer()
        dialog.pass(1_099_000)
        #expect(dialog.reasons.isEmpty)
        dialog.pass(1_101_000)
        // It is no fault, so there is nothing to log.
        #expect(dialog.reasons == [nil])
    }

    @Test func aReaderThatTakesNothing() throws {
        let dialog = try Dialog()
        dialog.outlet.isShut = true
        try dialog.receive(Self.request)
        dialog.answer()
        dialog.pass(59_000)
        #expect(dialog.reasons.isEmpty)
        dialog.pass(61_000)
        #expect(dialog.reasons == ["takes no reply"])
        #expect(!dialog.channel.isActive)
    }

    /// It asks on and on; only what it takes counts.
    @Test func aReaderThatTakesOneReplyOfTwo() throws {
        let dialog = try Dialog()
        dialog.outlet.isShut = true
        for _ in 0..<2 {
            try dialog.receive(Self.request)
            dialog.answer()
        }
        dialog.outlet.letOneGo()
        dialog.pass(59_000)
        #expect(dialog.reasons.isEmpty)
        dialog.pass(61_000)
        #expect(dialog.reasons == ["takes no reply"])
    }

    @Test func aReaderThatTakesAll() throws {
        let dialog = try Dialog()
        dialog.outlet.isShut = true
        for _ in 0..<2 {
            try dialog.receive(Self.request)
            dialog.answer()
            dialog.outlet.letOneGo()
        }
        dialog.pass(61_000)
        #expect(dialog.reasons.isEmpty)
    }

    /// While replies lie about, no question is taken; afterwards the rest is.
    @Test func questionsWaitForAFullOutlet() throws {
        let dialog = try Dialog()
        dialog.channel.isWritable = false
        try dialog.receive(Self.request + Self.request)
        #expect(dialog.questions == 0)
        dialog.channel.isWritable = true
        dialog.channel.pipeline.fireChannelWritabilityChanged()
        #expect(dialog.questions == 1)
        dialog.answer()
        #expect(dialog.questions == 2)
    }

    /// Answers that come while the question is still being asked do not pile up on the stack.
    @Test func manyQuestionsAnsweredAtOnce() throws {
        let dialog = try Dialog()
        dialog.answersAtOnce = true
        try dialog.receive(String(repeating: "request=smtpd_access_policy\n\n", count: 20_000))
        var answers = 0
        while try dialog.channel.readOutbound(as: ByteBuffer.self) != nil { answers += 1 }
        #expect(answers == 20_000)
        #expect(dialog.questions == 20_000)
        #expect(dialog.reasons.isEmpty)
    }
}
