import ServiceProtocol
import Testing

@testable import ServiceTransport

@Suite struct CircuitBreakerTests {
    private static func client() -> FakeClient {
        var limits = ServiceClientState.Limits()
        limits.breakerThreshold = 2
        limits.hungThreshold = 100
        return FakeClient.up(limits: limits)
    }

    @Test func opensAfterExpiredQuestionsProbesAndCloses() {
        var client = Self.client()
        for token in 1...2 { _ = client.ask(UInt64(token), limit: 100) }
        client.now += 100_000
        #expect(client.wake() == ["deliver 1 expired", "breaker opened after 2", "deliver 2 expired"])
        #expect(client.ask(3) == ["deliver 3 left-alone"])
        client.now += 2_000_000
        #expect(client.ask(4, limit: 100) == ["send 0#1 id=3 ask=4"], "one is let through")
        #expect(client.ask(5) == ["deliver 5 left-alone"])
        client.now += 100_000
        #expect(client.wake() == ["deliver 4 expired"])
        #expect(client.ask(6) == ["deliver 6 left-alone"])
        client.now += 2_000_000
        _ = client.ask(7)
        #expect(client.reply(id: 4) == ["breaker closed", "deliver 7 reply"])
        #expect(client.ask(8) == ["send 0#1 id=5 ask=8"])
    }

    /// A request asks for a fact and then for a check. While the breaker is open the fact is let through and the check
    /// refused, so the request is decided, and its question about the fact cancelled, before the answer is there.
    @Test func theAnswerToACancelledProbeCloses() {
        var client = Self.client()
        for token in 1...2 { _ = client.ask(UInt64(token), limit: 100) }
        client.now += 100_000
        _ = client.wake()
        client.now += 2_000_000
        #expect(client.ask(3, limit: 100) == ["send 0#1 id=3 ask=3"])
        #expect(client.ask(4) == ["deliver 4 left-alone"])
        client.state.cancel(token: 3)
        client.now += 99_000
        #expect(client.reply(id: 3) == ["breaker closed"])
        #expect(client.ask(5) == ["send 0#1 id=4 ask=5"])
    }

    /// A service that answers when nobody waits any more is left alone further.
    @Test(arguments: [true, false]) func anAnswerThatComesTooLateDoesNotClose(isCancelled: Bool) {
        var client = Self.client()
        for token in 1...2 { _ = client.ask(UInt64(token), limit: 100) }
        client.now += 100_000
        _ = client.wake()
        #expect(client.reply(id: 1) == [])
        client.now += 2_000_000
        _ = client.ask(3, limit: 100)
        if isCancelled { client.state.cancel(token: 3) }
        client.now += 100_000
        if !isCancelled { _ = client.wake() }
        #expect(client.reply(id: 3) == [])
        #expect(client.ask(4) == ["deliver 4 left-alone"])
    }

    @Test func anAnswerStartsTheCountAgain() {
        var client = Self.client()
        _ = client.ask(1, limit: 100)
        client.now += 100_000
        _ = client.wake()
        _ = client.ask(2)
        _ = client.reply(id: 2)
        _ = client.ask(3, limit: 100)
        client.now += 100_000
        #expect(client.wake() == ["deliver 3 expired"])
    }

    @Test func uselessAnswersCountAsFailures() {
        var client = Self.client()
        _ = client.ask(1)
        _ = client.reply(id: 1)
        #expect(client.useless() == [])
        _ = client.ask(2)
        _ = client.reply(id: 2)
        #expect(client.useless() == ["breaker opened after 2"])
        #expect(client.ask(3) == ["deliver 3 left-alone"])
    }

    @Test func aQuestionThatLosesTooManyConnectionsCounts() {
        var limits = ServiceClientState.Limits()
        limits.breakerThreshold = 2
        limits.fruitlessLosses = 1
        var client = FakeClient.up(limits: limits)
        for token in UInt64(1)...2 { _ = client.ask(token) }
        #expect(
            client.lose() == [
                "down 0 2", "deliver 1 connection-lost", "breaker opened after 2", "deliver 2 connection-lost",
            ])
        #expect(client.ask(3) == ["deliver 3 left-alone"])
    }

    @Test func lostConnectionsDoNotCount() {
        var client = Self.client()
        for number in 1...5 {
            _ = client.ask(UInt64(number), isRepeatable: false)
            let connection = UInt64(number)
            #expect(client.lose(connection).last == "deliver \(number) connection-lost")
            client.reconnect(connection + 1)
        }
        #expect(client.ask(9).count == 1)
        #expect(client.state.unanswered == 1)
    }
}
