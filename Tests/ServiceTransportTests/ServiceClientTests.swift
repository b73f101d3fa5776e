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
        let outcomes = Lines()
        let notes = Lines()
        private let client: NIOLoopBound<ServiceClient>
        private let eventLoop: any EventLoop

        init(of server: RunningServer) async throws {
            let loop = server.eventLoop
            let path = server.path
            let outcomes = outcomes
            let notes = notes
            client = try await loop.submit {
                let client = ServiceClient(
                    name: "echo", paths: [path], eventLoop: loop,
                    deliver: { token, outcome in outcomes.append("\(token)=\(Self.text(outcome))") },
                    note: { notes.append(Self.text($0)) })
                client.start()
                return NIOLoopBound(client, eventLoop: loop)
            }.get()
            eventLoop = loop
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
    }

    @Test func asksAndIsAnswered() async throws {
        let server = try await RunningServer(receive: echo)
        let client = try await Running(of: server)
        client.ask(1...5_000)
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
        client.ask(1...100)
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
