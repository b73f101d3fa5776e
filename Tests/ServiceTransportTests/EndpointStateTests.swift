import ServiceProtocol
import Testing

@testable import ServiceTransport

@Suite struct EndpointStateTests {
    private static let names = ["a", "b", "c"]

    /// Which endpoint each of a thousand questions goes to.
    private static func spread(_ client: inout FakeClient, from first: UInt64 = 1) -> [Int] {
        (UInt64(0)..<1_000).map { number in
            let line = client.ask(first + number, affinity: number).first ?? ""
            return Int(line.dropFirst("send ".count).prefix(1)) ?? -1
        }
    }

    @Test func questionsAreSpreadByTheirAffinity() {
        var client = FakeClient.up(endpoints: Self.names)
        let first = Self.spread(&client)
        for endpoint in Self.names.indices {
            #expect((250...420).contains(first.count { $0 == endpoint }))
        }
        var other = FakeClient.up(endpoints: Self.names)
        #expect(Self.spread(&other) == first, "another frontend spreads the same way")
    }

    @Test func anEndpointsLossMovesOnlyItsOwnQuestions() {
        var all = FakeClient.up(endpoints: Self.names)
        let before = Self.spread(&all)
        var fewer = FakeClient.up(endpoints: Self.names)
        _ = fewer.lose(endpoint: 1)
        let after = Self.spread(&fewer)
        for (old, new) in zip(before, after) where old != 1 { #expect(old == new) }
        #expect(!after.contains(1) && !after.contains(-1))
        #expect(Set(zip(before, after).filter { $0.0 == 1 }.map(\.1)) == [0, 2])
    }

    @Test func itsQuestionsAreAskedElsewhere() {
        var client = FakeClient.up(endpoints: Self.names)
        let before = Self.spread(&client)
        let lines = client.lose(endpoint: 1)
        #expect(lines.first == "down 1 \(before.count { $0 == 1 })")
        #expect(lines.count { $0.hasPrefix("send 1") } == 0)
        #expect(lines.count { $0.hasPrefix("send ") } == before.count { $0 == 1 })
        #expect(client.state.unanswered == 1_000)
    }

    @Test func aHungEndpointIsGivenUp() {
        var limits = ServiceClientState.Limits()
        limits.hungThreshold = 3
        var client = FakeClient.up(limits: limits)
        for token in 1...3 { _ = client.ask(UInt64(token), limit: 100) }
        _ = client.ask(4, limit: 1_000)
        client.now += 100_000
        let expired = (1...3).map { "deliver \($0) expired" }
        #expect(client.wake() == expired + ["close 0#1: answers nothing", "down 0 1"])
        client.now += 10_000
        #expect(client.wake() == ["connect 0#2"])
        _ = client.connected(2)
        #expect(client.hello(2) == ["up 0", "send 0#2 id=5 ask=4"])
    }

    @Test func aHungEndpointIsGivenUpAlsoWhenAllWasCancelled() {
        var limits = ServiceClientState.Limits()
        limits.hungThreshold = 3
        var client = FakeClient.up(limits: limits)
        for token in 1...3 {
            _ = client.ask(UInt64(token), limit: 100)
            client.state.cancel(token: UInt64(token))
        }
        #expect(client.wake() == [])
        client.now += 100_000
        #expect(client.wake() == ["close 0#1: answers nothing", "down 0 0"])
    }

    @Test func anAnswerShowsThatItIsNotHung() {
        var limits = ServiceClientState.Limits()
        limits.hungThreshold = 2
        var client = FakeClient.up(limits: limits)
        for token in 1...3 { _ = client.ask(UInt64(token), limit: 100 * Int(token)) }
        client.now += 100_000
        #expect(client.wake() == ["deliver 1 expired"])
        #expect(client.reply(id: 1) == [], "late, but a sign of life")
        client.now += 100_000
        #expect(client.wake() == ["deliver 2 expired"])
    }
}
