import NIOCore
import PostfixProtocol
import ServiceProtocol

@testable import ServiceTransport

/// A client's state with a clock that is set by hand; each event returns the actions as lines.
struct FakeClient {
    var state: ServiceClientState
    var now = 1_000_000

    init(endpoints: [String] = ["a"], limits: ServiceClientState.Limits = .init()) {
        state = ServiceClientState(endpoints: endpoints, limits: limits)
    }

    /// A client whose endpoints have all said hello.
    static func up(endpoints: [String] = ["a"], limits: ServiceClientState.Limits = .init()) -> FakeClient {
        var client = FakeClient(endpoints: endpoints, limits: limits)
        _ = client.start()
        for endpoint in endpoints.indices {
            _ = client.connected(endpoint: endpoint)
            _ = client.hello(endpoint: endpoint)
        }
        return client
    }

    /// Waits out the pause; the next connection is opened and says hello.
    mutating func reconnect(_ connection: UInt64) {
        now = state.nextWake?.microseconds ?? now
        _ = wake()
        _ = connected(connection)
        _ = hello(connection)
    }

    mutating func start() -> [String] { lines { $0.start(now: $1, actions: &$2) } }

    mutating func wake() -> [String] { lines { $0.wake(now: $1, actions: &$2) } }

    mutating func useless() -> [String] { lines { $0.failedByContent(now: $1, actions: &$2) } }

    /// The client ends; its questions go to `successor`, or fail.
    mutating func end() -> [String] {
        lines { state, _, actions in _ = state.end(isReplaced: false, actions: &actions) }
    }

    mutating func end(successor: inout FakeClient) -> (own: [String], successors: [String]) {
        var questions: [ServiceClientState.Pending] = []
        let own = lines { state, _, actions in questions = state.end(isReplaced: true, actions: &actions) }
        return (own, successor.lines { $0.takeOver(questions, now: $1, actions: &$2) })
    }

    mutating func ask(
        _ token: UInt64, limit: Int = 2_000, isRepeatable: Bool = true, affinity: UInt64 = 0
    ) -> [String] {
        var payload = ByteBuffer()
        payload.writeAttribute("ask", String(token))
        let ask = Ask(
            token: token, payload: payload,
            expires: MonotonicInstant(microseconds: now).advanced(byMilliseconds: limit), isRepeatable: isRepeatable,
            affinity: affinity)
        return lines { $0.ask(ask, now: $1, actions: &$2) }
    }

    mutating func connected(_ connection: UInt64 = 1, endpoint: Int = 0) -> [String] {
        lines { $0.connected(endpoint: endpoint, connection: connection, now: $1, actions: &$2) }
    }

    mutating func hello(_ connection: UInt64 = 1, endpoint: Int = 0, process: String = "1") -> [String] {
        let message = "protocol=1\nid=0\nservice=greylist\nprocess=\(process)\n"
        return receive(message, connection: connection, endpoint: endpoint)
    }

    mutating func reply(id: Int, connection: UInt64 = 1, endpoint: Int = 0) -> [String] {
        receive("protocol=1\nid=\(id)\nverdict.x=none\n", connection: connection, endpoint: endpoint)
    }

    mutating func lose(_ connection: UInt64 = 1, endpoint: Int = 0) -> [String] {
        lines {
            $0.disconnected(endpoint: endpoint, connection: connection, reason: "lost", now: $1, actions: &$2)
        }
    }

    mutating func receive(_ message: String, connection: UInt64 = 1, endpoint: Int = 0) -> [String] {
        guard let list = try? AttributeList(ByteBuffer(string: message)) else { return ["unreadable"] }
        return lines { $0.received(list, endpoint: endpoint, connection: connection, now: $1, actions: &$2) }
    }

    private mutating func lines(
        _ event: (inout ServiceClientState, MonotonicInstant, inout [ServiceClientState.Action]) -> Void
    ) -> [String] {
        var actions: [ServiceClientState.Action] = []
        event(&state, MonotonicInstant(microseconds: now), &actions)
        return actions.map(Self.line)
    }

    private static func line(_ action: ServiceClientState.Action) -> String {
        switch action {
        case .connect(let endpoint, let connection): "connect \(endpoint)#\(connection)"
        case .send(let endpoint, let connection, let message):
            "send \(endpoint)#\(connection) \(summary(message))"
        case .close(let endpoint, let connection, let reason): "close \(endpoint)#\(connection): \(reason)"
        case .deliver(let token, .reply): "deliver \(token) reply"
        case .deliver(let token, .failed(let failure)): "deliver \(token) \(failure.rawValue)"
        case .note(.up(let endpoint, _)): "up \(endpoint)"
        case .note(.down(let endpoint, let unanswered, _)): "down \(endpoint) \(unanswered)"
        case .note(.refused(let endpoint, let reason)): "refused \(endpoint): \(reason)"
        case .note(.breakerOpened(let failures)): "breaker opened after \(failures)"
        case .note(.breakerClosed): "breaker closed"
        }
    }

    private static func summary(_ message: QuestionMessage) -> String {
        var bytes = ByteBuffer()
        message.encode(into: &bytes)
        guard let list = try? AttributeList(bytes), list.protocolVersion == 1 else { return "nonsense" }
        let what = list.string("ask").map { "ask=\($0)" } ?? list.string("request") ?? "?"
        return "id=\(list.integer("id") ?? -1) \(what)"
    }
}
