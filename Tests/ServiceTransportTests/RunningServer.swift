import Glibc
import NIOCore
import NIOPosix
import PostfixProtocol
import Synchronization
import Testing

@testable import ServiceTransport

/// A ``MessageServer`` on a Unix socket and an event loop of its own.
struct RunningServer {
    let path: String
    let notes = Lines()
    private let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
    private let server: NIOLoopBound<MessageServer>

    var eventLoop: any EventLoop { group.next() }

    /// Serves with `receive`, which is called on the event loop.
    init(
        limits: MessageServer.Limits = .checks, receive: @escaping @Sendable (IncomingMessage) -> Void
    ) async throws {
        path = "/tmp/postern-\(getpid())-\(UInt32.random(in: 0...UInt32.max)).sock"
        let descriptor = try #require(UnixSocket.listen(path))
        let loop = group.next()
        let notes = notes
        server = try await loop.submit {
            let server = MessageServer(
                eventLoop: loop, limits: limits, receive: receive, note: { notes.append($0) })
            return NIOLoopBound(server, eventLoop: loop)
        }.get()
        let bound = server
        try await loop.flatSubmit { bound.value.serve(descriptor: descriptor) }.get()
    }

    /// Drains the server and waits until all connections are closed.
    func drain() async throws {
        try await startDraining().get()
    }

    func startDraining() -> EventLoopFuture<Void> {
        let loop = eventLoop
        let bound = server
        let done = loop.makePromise(of: Void.self)
        loop.execute { bound.value.drain { done.succeed() } }
        return done.futureResult
    }

    func connectionCount() async throws -> Int {
        let bound = server
        return try await eventLoop.submit { bound.value.connectionCount }.get()
    }

    /// Ends without draining: what is unanswered stays so.
    func stopAtOnce() async throws {
        try await group.shutdownGracefully()
        unlink(path)
    }

    func stop() async throws {
        try await drain()
        try await group.shutdownGracefully()
        unlink(path)
    }
}

/// Lines from any thread.
final class Lines: Sendable {
    private let lines = Mutex<[String]>([])

    func append(_ line: String) { lines.withLock { $0.append(line) } }

    var all: [String] { lines.withLock { $0 } }
}

/// Answers `request=hello` as a service does, and anything else with its own `ask`.
@Sendable func echo(_ message: IncomingMessage) {
    let isHello = message.attributes.string("request") == "hello"
    let text = message.attributes.string("ask") ?? ""
    message.responder.send { buffer in
        if isHello { buffer.writeAttribute("service", "echo") }
        if message.isOurs { buffer.writeAttribute("verdict.x", text) } else { buffer.writeAttribute("action", text) }
    }
}
