import Glibc
import NIOCore
import NIOPosix
import PostfixProtocol
import Synchronization
import Testing

@testable import ServiceTransport

@Suite struct MessageServerTests {
    private static let maximumInFlight = MessageServer.Limits.checks.inFlight

    @Test func answersWhereverTheRequestIsSplit() async throws {
        let server = try await RunningServer(receive: echo)
        let message = "protocol=1\nid=7\nask=100%25\n\n"
        for cut in 1..<message.utf8.count {
            let socket = try #require(UnixSocket(connectedTo: server.path))
            // The reply to the first request shows that the piece behind it was read as well.
            socket.write("protocol=1\nid=6\nask=1\n\n" + message.prefix(cut))
            #expect(socket.read(messages: 1) == "protocol=1\nid=6\nverdict.x=1\n\n")
            socket.write(String(message.dropFirst(cut)))
            #expect(socket.read(messages: 1) == "protocol=1\nid=7\nverdict.x=100%25\n\n")
        }
        let socket = try #require(UnixSocket(connectedTo: server.path))
        for byte in message { socket.write(String(byte)) }
        #expect(socket.read(messages: 1) == "protocol=1\nid=7\nverdict.x=100%25\n\n")
        try await server.stop()
    }

    @Test func repliesFromAnotherThreadInAnyOrder() async throws {
        let held = Mutex<[Responder]>([])
        let server = try await RunningServer { message in
            let all = held.withLock { held in
                held.append(message.responder)
                return held.count == 3 ? held : []
            }
            onAnotherThread { for responder in all.reversed() { responder.send { _ in } } }
        }
        let socket = try #require(UnixSocket(connectedTo: server.path))
        socket.write((1...3).map { "protocol=1\nid=\($0)\n\n" }.joined())
        #expect(socket.read(messages: 3) == (1...3).reversed().map { "protocol=1\nid=\($0)\n\n" }.joined())
        try await server.stop()
    }

    @Test func readsNoFurtherWithAThousandInFlight() async throws {
        let held = Mutex<[Responder]>([])
        let server = try await RunningServer { message in held.withLock { $0.append(message.responder) } }
        let socket = try #require(UnixSocket(connectedTo: server.path))
        let total = Self.maximumInFlight + 100
        socket.write((1...total).map { "protocol=1\nid=\($0)\n\n" }.joined())
        try await until { held.withLock { $0.count } >= Self.maximumInFlight }
        // A turn of the event loop: whatever it would have taken too many, it has taken by now.
        for _ in 0..<3 { _ = try await server.connectionCount() }
        #expect(held.withLock { $0.count } == Self.maximumInFlight)
        let padding = String(repeating: "x", count: 60_000)
        #expect(socket.write((0..<100).map { _ in "pad=\(padding)\n" }.joined()) < 6_000_000, "reading has stopped")
        for responder in held.withLock({ $0 }) { responder.send { _ in } }
        #expect(socket.read(messages: Self.maximumInFlight).hasPrefix("protocol=1\nid=1\n\n"))
        try await until { held.withLock { $0.count } == total }
        for responder in held.withLock({ $0 }).dropFirst(Self.maximumInFlight) { responder.send { _ in } }
        #expect(socket.read(messages: 100).hasSuffix("protocol=1\nid=\(total)\n\n"))
        try await server.stop()
    }

    @Test func drainingAnswersWhatWasRead() async throws {
        let held = Mutex<[Responder]>([])
        let server = try await RunningServer { message in held.withLock { $0.append(message.responder) } }
        let socket = try #require(UnixSocket(connectedTo: server.path))
        socket.write("protocol=1\nid=1\n\nprotocol=1\nid=2\n\n")
        try await until { held.withLock { $0.count } == 2 }
        let drained = server.startDraining()
        #expect(socket.read(messages: 1) == "protocol=1\nstatus=goodbye\n\n")
        #expect(UnixSocket(connectedTo: server.path) == nil, "the listening socket is another process's now")
        for responder in held.withLock({ $0 }) { responder.send { _ in } }
        #expect(socket.read(messages: 2) == "protocol=1\nid=1\n\nprotocol=1\nid=2\n\n")
        #expect(socket.isClosed())
        try await drained.get()
        #expect(try await server.connectionCount() == 0)
        try await server.stop()
    }

    @Test func postfixIsAnsweredInOrderAndHearsNothingUnasked() async throws {
        let server = try await RunningServer { message in
            // The second is decided first.
            let isSlow = message.attributes.string("ask") == "1"
            if isSlow {
                onAnotherThread {
                    usleep(20_000); echo(message)
                }
            } else {
                echo(message)
            }
        }
        let socket = try #require(UnixSocket(connectedTo: server.path))
        socket.write("request=smtpd_access_policy\nask=1\n\nrequest=smtpd_access_policy\nid=9\nask=2%41\n\n")
        #expect(socket.read(messages: 2) == "action=1\n\naction=2%2541\n\n", "raw in, and no lines of ours out")
        try await server.drain()
        #expect(socket.isClosed(), "no goodbye")
        try await server.stop()
    }

    @Test func anOverlongLineClosesWithAReason() async throws {
        let server = try await RunningServer(receive: echo)
        let socket = try #require(UnixSocket(connectedTo: server.path))
        socket.write("protocol=1\nid=1\nask=" + String(repeating: "x", count: 70_000) + "\n\n")
        #expect(socket.isClosed())
        try await until { !server.notes.all.isEmpty }
        #expect(server.notes.all == ["connection 1 closed: a line is longer than 65536 bytes"])
        try await server.stop()
    }

    private static func limits(_ limits: MessageServer.Limits, patience: Int = 60_000) -> MessageServer.Limits {
        var limits = limits
        limits.patience.request = patience
        limits.patience.reply = patience
        return limits
    }

    struct Unread: Sendable {
        let limits: MessageServer.Limits
        let first: String
        /// Requests that may be taken beside those whose replies fill the buffers.
        let inFlight: Int
    }

    /// What is not fetched is not produced: a peer that reads nothing cannot fill the memory with replies.
    @Test(arguments: [
        Unread(limits: .checks, first: "protocol=1\nid=1\n", inFlight: 1_024),
        Unread(limits: .administration, first: "protocol=1\nid=1\n", inFlight: 8),
        Unread(limits: .checks, first: "request=smtpd_access_policy\n", inFlight: 1),
    ])
    func aPeerThatReadsNothingIsNotAnswered(_ unread: Unread) async throws {
        let taken = Mutex(0)
        let reply = String(repeating: "x", count: 20_000)
        let server = try await RunningServer(limits: unread.limits) { message in
            taken.withLock { $0 += 1 }
            message.responder.send { $0.writeAttribute("long", reply) }
        }
        let socket = try #require(UnixSocket(connectedTo: server.path))
        let total = 20_000
        socket.write(String(repeating: unread.first + "\n", count: total))
        try await until { taken.withLock { $0 } > 0 }
        var before = -1
        // Until no more is taken.
        while taken.withLock({ $0 }) != before {
            before = taken.withLock { $0 }
            try await Task.sleep(for: .milliseconds(200))
        }
        // The socket's buffer, the connection's own, and what was in flight when they were full.
        #expect(before <= 100 + unread.inFlight, "\(before) of \(total) replies of 20 kB were made")
        #expect(socket.read(messages: 200).utf8.count > 4_000_000, "and it goes on when the peer reads")
        try await server.stopAtOnce()
    }

    @Test(arguments: [
        ("request=smtpd_acc", MessageServer.Limits.checks), ("protocol=1\nid=1\n", .administration),
    ])
    func halfARequestHasItsTime(_ bytes: String, _ limits: MessageServer.Limits) async throws {
        let server = try await RunningServer(limits: Self.limits(limits, patience: 0), receive: echo)
        let socket = try #require(UnixSocket(connectedTo: server.path))
        socket.write(bytes)
        #expect(socket.isClosed())
        #expect(server.notes.all == ["connection 1 closed: half a request, then silence"])
        try await server.stop()
    }

    @Test(arguments: [
        ("request=x\n\n", MessageServer.Limits.checks), ("protocol=1\nid=1\n\n", .administration),
    ])
    func anUnreadReplyHasItsTime(_ request: String, _ limits: MessageServer.Limits) async throws {
        let server = try await RunningServer(limits: Self.limits(limits, patience: 0)) { message in
            message.responder.send { buffer in
                for _ in 0..<20 { buffer.writeAttribute("long", String(repeating: "x", count: 50_000)) }
            }
        }
        let socket = try #require(UnixSocket(connectedTo: server.path))
        socket.write(request)
        try await until { server.notes.all == ["connection 1 closed: takes no reply"] }
        try await server.stop()
        _ = socket
    }

    /// The frontend may be slow, or stopped; it comes back to its connections.
    @Test func aClientOfOursHasAllTheTime() async throws {
        let server = try await RunningServer(limits: Self.limits(.checks, patience: 0), receive: echo)
        let socket = try #require(UnixSocket(connectedTo: server.path))
        socket.write("protocol=1\nid=1\nask=a\n\nprotocol=1\nid=2\n")
        #expect(socket.read(messages: 1) == "protocol=1\nid=1\nverdict.x=a\n\n")
        // Later than the limits are looked at.
        try await Task.sleep(for: .milliseconds(1_500))
        socket.write("ask=b\n\n")
        #expect(socket.read(messages: 1) == "protocol=1\nid=2\nverdict.x=b\n\n")
        try await server.stop()
    }

    @Test func drainingWaitsUntilTheRepliesHaveLeft() async throws {
        let server = try await RunningServer { message in
            message.responder.send { buffer in
                for _ in 0..<20 { buffer.writeAttribute("long", String(repeating: "x", count: 50_000)) }
            }
        }
        let socket = try #require(UnixSocket(connectedTo: server.path))
        socket.write("protocol=1\nid=1\n\n")
        try await until { socket.hasSomething() }
        let drained = server.startDraining()
        try await Task.sleep(for: .milliseconds(50))
        let text = socket.read(messages: 2)
        #expect(text.utf8.count > 1_000_000)
        #expect(text.hasSuffix("protocol=1\nstatus=goodbye\n\n"))
        try await drained.get()
        try await server.stop()
    }

    @Test func hangingUpClosesWithoutAReply() async throws {
        let server = try await RunningServer { $0.responder.hangUp() }
        let socket = try #require(UnixSocket(connectedTo: server.path))
        socket.write("request=nonsense\n\n")
        #expect(socket.isClosed())
        try await server.stop()
    }

    @Test func knowsThePeer() async throws {
        let users = Mutex<[UInt32?]>([])
        let server = try await RunningServer { message in
            users.withLock { $0.append(message.peerUserID) }
            echo(message)
        }
        let socket = try #require(UnixSocket(connectedTo: server.path))
        socket.write("protocol=1\nid=1\n\n")
        _ = socket.read(messages: 1)
        #expect(users.withLock { $0 } == [getuid()])
        try await server.stop()
    }
}

/// A thread of no event loop and of no task.
func onAnotherThread(_ work: @escaping @Sendable () -> Void) {
    NIOThreadPool.singleton.submit { _ in work() }
}

/// Waits until `condition` holds, at most ten seconds.
func until(_ condition: @Sendable () -> Bool) async throws {
    for _ in 0..<60_000 where !condition() { try await Task.sleep(for: .milliseconds(1)) }
    #expect(condition())
}
