import NIOCore
import PostfixProtocol
import ServiceProtocol
import Testing

@testable import ServiceTransport

/// Old and new instances of a service side by side, as in the middle of an upgrade.
@Suite struct MixedVersionTests {
    private static let old = "protocol=1\nid=0\nservice=greylist\nversion=0.1.0\nchecks=greylist\n"
    private static let minor =
        "protocol=1\nid=0\nservice=greylist\nversion=0.9.3\nchecks=greylist greytrap\ncolour=blue\n"
        + "wants=local:recipient mood:sender\nlimits=1%0A2\n"
    private static let major = "protocol=2\nid=0\nservice=greylist\nversion=2.0.0\n"
    private static let reason = "speaks another version of the protocol"

    /// Two endpoints that have just been connected to.
    private static func connected() -> FakeClient {
        var client = FakeClient(endpoints: ["a", "b"])
        _ = client.start()
        for endpoint in 0...1 { _ = client.connected(endpoint: endpoint) }
        return client
    }

    /// To which endpoints a hundred questions go.
    private static func spread(_ client: inout FakeClient) -> [Int] {
        (UInt64(1)...100).map { token in
            Int(client.ask(token, affinity: token).first?.dropFirst("send ".count).prefix(1) ?? "") ?? -1
        }
    }

    @Test func aMinorVersionWithUnknownAttributesWorksBesideAnOlderOne() {
        var client = Self.connected()
        #expect(client.receive(Self.old, endpoint: 0) == ["up 0"])
        #expect(client.receive(Self.minor, endpoint: 1) == ["up 1"])
        #expect(client.state.endpoints[1].hello?.checks == ["greylist", "greytrap"])
        let places = Self.spread(&client)
        #expect(Set(places) == [0, 1])
        for endpoint in 0...1 {
            let tokens = (1...100).filter { places[$0 - 1] == endpoint }
            for (index, token) in tokens.enumerated() {
                let reply = "protocol=1\nid=\(index + 1)\nverdict.greylist=none\nmood.greylist=good\nshade=5%25\n"
                #expect(client.receive(reply, endpoint: endpoint) == ["deliver \(token) reply"])
            }
        }
        #expect(client.state.unanswered == 0)
    }

    /// What one instance does not read, another may: each is told by its own hello, also when it takes a question over.
    @Test func eachInstanceIsToldWhatItReads() throws {
        var client = Self.connected()
        #expect(client.receive("protocol=1\nid=0\nservice=greylist\nreads=sender\n", endpoint: 0) == ["up 0"])
        let policy = PolicyRequest.make([.request: "smtpd_access_policy", .sender: "a@x", .recipient: "b@y"])
        func sent(_ actions: [ServiceClientState.Action]) throws -> (endpoint: Int, values: [String?]) {
            for case .send(let endpoint, _, let message) in actions {
                var bytes = ByteBuffer()
                message.encode(into: &bytes)
                let list = try AttributeList(bytes)
                return (endpoint, ["ask", "sender", "recipient", "request"].map { list.string($0) })
            }
            return (-1, [])
        }
        var actions: [ServiceClientState.Action] = []
        let now = MonotonicInstant(microseconds: client.now)
        let ask = Ask(
            token: 1, payload: ByteBuffer(string: "ask=1\n"), policy: policy,
            expires: now.advanced(byMilliseconds: 500), isRepeatable: true, affinity: 0)
        client.state.ask(ask, now: now, actions: &actions)
        var told = try sent(actions)
        #expect(told == (0, ["1", "a@x", nil, nil]))
        #expect(client.receive(Self.old, endpoint: 1) == ["up 1"])
        actions = []
        client.state.disconnected(endpoint: 0, connection: 1, reason: "lost", now: now, actions: &actions)
        told = try sent(actions)
        #expect(told == (1, ["1", "a@x", "b@y", nil]))
    }

    @Test func anotherMajorVersionIsRefusedLoudlyAndTheOtherInstanceAnswersAll() {
        var client = Self.connected()
        #expect(client.receive(Self.old, endpoint: 0) == ["up 0"])
        #expect(
            client.receive(Self.major, endpoint: 1) == ["close 1#1: \(Self.reason)", "refused 1: \(Self.reason)"])
        #expect(Set(Self.spread(&client)) == [0])
        for id in 1...100 { #expect(client.reply(id: id, endpoint: 0) == ["deliver \(id) reply"]) }
    }

    @Test func aRefusalIsToldOnceUntilTheInstanceWasOfUse() {
        var client = Self.connected()
        _ = client.receive(Self.old, endpoint: 0)
        func attempt(_ number: UInt64, _ hello: String) -> [String] {
            client.now += 1_000_000
            guard client.wake() == ["connect 1#\(number)"] else { return ["no attempt"] }
            _ = client.connected(number, endpoint: 1)
            return client.receive(hello, connection: number, endpoint: 1)
        }
        let first = client.receive(Self.major, endpoint: 1)
        #expect(first == ["close 1#1: \(Self.reason)", "refused 1: \(Self.reason)"])
        #expect(attempt(2, Self.major) == ["close 1#2: \(Self.reason)"])
        #expect(
            attempt(3, "protocol=1\nid=0\nversion=1\n") == [
                "close 1#3: did not say hello", "refused 1: did not say hello",
            ])
        #expect(attempt(4, Self.minor) == ["up 1"])
        #expect(client.lose(4, endpoint: 1).first == "down 1 0")
        // It answered nothing since its hello, so the next attempt comes after a pause.
        #expect(attempt(5, Self.major) == ["close 1#5: \(Self.reason)", "refused 1: \(Self.reason)"])
    }
}
