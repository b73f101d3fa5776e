import Glibc
import NIOCore
import PostfixProtocol
import ServiceProtocol
import Synchronization
import Testing

@testable import ServiceTransport

@Suite struct ServiceClientTests {
    /// A client on the server's event loop, and what it delivered: `token=VERDICT` or `token=FAILURE`.
    private struct Running {
        let outcomes: Lines
        let notes: Lines
        private let client: NIOLoopBound<ServiceClient>
        private let eventLoop: any EventLoop

        init(of server: RunningServer) async throws {
            try await self.init(path: server.path, eventLoop: server.eventLoop, outcomes: Lines(), notes: Lines())
        }

        private init(path: String, eventLoop: any EventLoop, outcomes: Lines, notes: Lines) async throws {
            client = try await eventLoop.submit {
                let client = ServiceClient(
                    name: "echo", paths: [path], eventLoop: eventLoop,
                    deliver: { token, outcome in outcomes.append("\(token)=\(Self.text(outcome))") },
                    note: { notes.append(Self.text($0)) })
                client.start()
                return NIOLoopBound(client, eventLoop: eventLoop)
            }.get()
            self.eventLoop = eventLoop
            self.outcomes = outcomes
            self.notes = notes
        }

        private static func text(_ outcome: AskOutcome) -> String {
            switch outcome {
            case .reply(let list): list.string("verdict.x") ?? "?"
            case .failed(let failure): failure.rawValue
            }
        }

        private static func text(_ note: ServiceClientState.Note) -> String {
            switch note {
            case .up(_, let hello): "up \(hello.service)"
            case .down(_, let unanswered, _): "down \(unanswered)"
            case .refused(_, let reason): "refused: \(reason)"
            case .breakerOpened: "opened"
            case .breakerClosed: "closed"
            }
        }

        func ask(_ tokens: ClosedRange<UInt64>, limit: Int = 10_000, isRepeatable: Bool = true) {
            let client = client
            eventLoop.execute {
                for token in tokens {
                    var payload = ByteBuffer()
                    payload.writeAttribute("ask", "for \(token)")
                    client.value.ask(
                        Ask(
                            token: token, payload: payload,
                            expires: MonotonicInstant.now.advanced(byMilliseconds: limit), isRepeatable: isRepeatable,
                            affinity: token))
                }
            }
        }

        func stop() async throws {
            let client = client
            try await eventLoop.submit { client.value.stop() }.get()
        }

        /// Stops it and lets a client of the socket at `path` take its place, which delivers to the same place.
        func replace(byClientOf path: String) async throws -> Running {
            let successor = try await Running(path: path, eventLoop: eventLoop, outcomes: outcomes, notes: notes)
            let (client, next) = (client, successor.client)
            try await eventLoop.submit { client.value.stop(successor: next.value) }.get()
            return successor
        }
    }

    @Test func asksAndIsAnswered() async throws {
        let server = try await RunningServer(receive: echo)
        let client = try await Running(of: server)
        client.ask(1...5_000, limit: 60_000)
        try await until { client.outcomes.all.count == 5_000 }
        #expect(Set(client.outcomes.all) == Set((1...5_000).map { "\($0)=for \($0)" }))
        #expect(client.notes.all == ["up echo"])
        try await client.stop()
        try await server.stop()
    }

    @Test func expiresWithoutAnAnswer() async throws {
        let server = try await RunningServer { message in
            if message.attributes.string("request") == "hello" { echo(message) }
        }
        let client = try await Running(of: server)
        client.ask(1...1, limit: 50)
        try await until { client.outcomes.all == ["1=expired"] }
        try await client.stop()
        try await server.stop()
    }

    @Test func asksAgainAfterAHangUp() async throws {
        let asked = Mutex(0)
        let server = try await RunningServer { message in
            guard message.attributes.string("request") != "hello" else { return echo(message) }
            let isFirst = asked.withLock { asked in
                asked += 1
                return asked == 1
            }
            if isFirst { message.responder.hangUp() } else { echo(message) }
        }
        let client = try await Running(of: server)
        client.ask(1...1)
        try await until { client.outcomes.all == ["1=for 1"] }
        #expect(client.notes.all == ["up echo", "down 1", "up echo"])
        #expect(asked.withLock { $0 } == 2)
        try await client.stop()
        try await server.stop()
    }

    @Test func doesNotAskAgainWhatMustNotBeAskedTwice() async throws {
        let server = try await RunningServer { message in
            if message.attributes.string("request") == "hello" { echo(message) } else { message.responder.hangUp() }
        }
        let client = try await Running(of: server)
        client.ask(1...1, isRepeatable: false)
        try await until { client.outcomes.all == ["1=connection-lost"] }
        try await client.stop()
        try await server.stop()
    }

    @Test func losesNothingWhenAnotherClientTakesItsPlace() async throws {
        let asked = Mutex(0)
        let frozen = try await RunningServer { message in
            guard message.attributes.string("request") != "hello" else { return echo(message) }
            asked.withLock { $0 += 1 }
        }
        let other = try await RunningServer(receive: echo)
        let client = try await Running(of: frozen)
        client.ask(1...10)
        client.ask(11...11, isRepeatable: false)
        try await until { asked.withLock { $0 } == 11 }
        let successor = try await client.replace(byClientOf: other.path)
        try await until { client.outcomes.all.count == 11 }
        #expect(Set(client.outcomes.all) == Set((1...10).map { "\($0)=for \($0)" } + ["11=connection-lost"]))
        try await until { client.notes.all == ["up echo", "up echo"] }
        try await successor.stop()
        try await other.stop()
        // Its requests are unanswered for good; only the closed connections let it end.
        #expect(try await frozen.connectionCount() == 0)
        try await frozen.stop()
    }

    @Test func whatIsUnansweredFailsWhenTheServiceIsRemoved() async throws {
        let server = try await RunningServer { message in
            if message.attributes.string("request") == "hello" { echo(message) }
        }
        let client = try await Running(of: server)
        client.ask(1...3)
        try await until { client.notes.all == ["up echo"] }
        try await client.stop()
        #expect(client.outcomes.all == (1...3).map { "\($0)=connection-lost" })
        try await server.stop()
    }

    @Test func losesNothingWhenTheServiceLeaves() async throws {
        let held = Mutex<[IncomingMessage]>([])
        let server = try await RunningServer { message in
            if message.attributes.string("request") == "hello" {
                echo(message)
            } else {
                held.withLock { $0.append(message) }
            }
        }
        let client = try await Running(of: server)
        client.ask(1...100, limit: 60_000)
        try await until { held.withLock { $0.count } == 100 }
        let drained = server.startDraining()
        for message in held.withLock({ $0 }) { echo(message) }
        try await drained.get()
        try await until { client.outcomes.all.count == 100 }
        #expect(Set(client.outcomes.all) == Set((1...100).map { "\($0)=for \($0)" }))
        try await client.stop()
        try await server.stop()
    }
}
