import NIOCore
import PostfixProtocol
import ServiceProtocol
import Testing

@testable import ServiceTransport

@Suite struct ServiceClientStateTests {
    @Test func theClientSpeaksFirstAndAsksAfterHello() {
        var client = FakeClient()
        #expect(client.start() == ["connect 0#1"])
        #expect(client.ask(1) == [])
        #expect(client.connected() == ["send 0#1 id=0 hello"])
        #expect(client.ask(2) == [])
        #expect(client.hello() == ["up 0", "send 0#1 id=1 ask=1", "send 0#1 id=2 ask=2"])
        #expect(client.state.endpointsUp == 1)
        #expect(client.state.hello?.service == "greylist")
    }

    @Test func repliesComeInAnyOrder() {
        var client = FakeClient.up()
        for token in 1...3 { _ = client.ask(UInt64(token)) }
        #expect(client.reply(id: 3) == ["deliver 3 reply"])
        #expect(client.reply(id: 1) == ["deliver 1 reply"])
        #expect(client.state.unanswered == 1)
        #expect(client.reply(id: 2) == ["deliver 2 reply"])
        #expect(client.state.unanswered == 0)
    }

    @Test func aLostConnectionsQuestionsAreAskedAgain() {
        var client = FakeClient.up()
        _ = client.ask(1)
        _ = client.ask(2, isRepeatable: false)
        _ = client.ask(3)
        _ = client.reply(id: 3)
        #expect(client.lose() == ["down 0 2", "connect 0#2", "deliver 2 connection-lost"])
        #expect(client.connected(2) == ["send 0#2 id=0 hello"])
        #expect(client.hello(2) == ["up 0", "send 0#2 id=4 ask=1"])
        #expect(client.reply(id: 4, connection: 2) == ["deliver 1 reply"])
    }

    @Test func asksAgainOnlyUntilTheDeadline() {
        var client = FakeClient.up()
        _ = client.ask(1, limit: 100)
        _ = client.lose()
        client.now += 100_000
        #expect(client.wake() == ["connect 0#2", "deliver 1 expired"])
        _ = client.connected(2)
        #expect(client.hello(2) == ["up 0"])
    }

    @Test func anExpiredQuestionIsDeliveredOnceAndItsLateReplyDiscarded() {
        var client = FakeClient.up()
        _ = client.ask(1, limit: 100)
        #expect(client.state.nextWake?.microseconds == client.now + 100_000)
        client.now += 99_999
        #expect(client.wake() == [])
        client.now += 1
        #expect(client.wake() == ["deliver 1 expired"])
        #expect(client.reply(id: 1) == [])
        #expect(client.state.nextWake == nil)
    }

    @Test func aQuestionAskedTooLateExpiresAtOnce() {
        var client = FakeClient.up()
        #expect(client.ask(1, limit: 0) == ["deliver 1 expired"])
    }

    @Test func aCancelledQuestionIsNotDelivered() {
        var client = FakeClient.up()
        _ = client.ask(1)
        client.state.cancel(token: 1)
        #expect(client.state.unanswered == 0)
        #expect(client.reply(id: 1) == [])

        var waiting = FakeClient()
        _ = waiting.start()
        _ = waiting.ask(1)
        waiting.state.cancel(token: 1)
        _ = waiting.connected()
        #expect(waiting.hello() == ["up 0"])
    }

    @Test func aServiceThatLeavesAnswersWhatItHasRead() {
        var client = FakeClient.up()
        _ = client.ask(1)
        for token in 2...3 { _ = client.ask(UInt64(token)) }
        _ = client.reply(id: 3)
        #expect(client.receive("protocol=1\nstatus=goodbye\n") == ["connect 0#2"])
        #expect(client.ask(4) == [])
        #expect(client.reply(id: 2) == ["deliver 2 reply"])
        _ = client.connected(2)
        #expect(client.hello(2) == ["up 0", "send 0#2 id=4 ask=4"])
        #expect(client.lose() == ["down 0 1", "send 0#2 id=5 ask=1"])
        #expect(client.reply(id: 5, connection: 2) == ["deliver 1 reply"])
    }

    @Test func aLeavingServicesQuestionsExpireToo() {
        var client = FakeClient.up()
        _ = client.ask(1, limit: 100)
        _ = client.receive("protocol=1\nstatus=goodbye\n")
        client.now += 100_000
        #expect(client.wake() == ["connect 0#2", "deliver 1 expired"])
        #expect(client.lose() == [])
    }

    @Test func attemptsToConnectAreSpacedOut() {
        var client = FakeClient()
        _ = client.start()
        var pauses: [Int] = []
        for attempt in 1...10 {
            #expect(client.lose(UInt64(attempt)) == [])
            let next = client.state.nextWake?.microseconds ?? .max
            pauses.append((next - client.now) / 1_000)
            client.now = next
            #expect(client.wake() == ["connect 0#\(attempt + 1)"])
        }
        #expect(pauses == [10, 20, 40, 80, 160, 320, 640, 1_000, 1_000, 1_000])
    }

    /// A hello proves nothing: what was asked may be what ends the connection.
    @Test func aConnectionThatAnswersNothingIsNotOpenedAgainAtOnce() {
        var limits = ServiceClientState.Limits()
        limits.fruitlessLosses = 100
        var client = FakeClient.up(limits: limits)
        _ = client.ask(1, limit: 60_000)
        var pauses: [Int] = []
        for attempt in UInt64(1)...9 {
            // A goodbye before the end makes no difference.
            let isLeaving = attempt.isMultiple(of: 2)
            let lines =
                isLeaving
                ? client.receive("protocol=1\nstatus=goodbye\n", connection: attempt) + client.lose(attempt)
                : client.lose(attempt)
            #expect(lines == ["down 0 1"])
            pauses.append(((client.state.nextWake?.microseconds ?? .max) - client.now) / 1_000)
            client.now = client.state.nextWake?.microseconds ?? .max
            #expect(client.wake() == ["connect 0#\(attempt + 1)"])
            _ = client.connected(attempt + 1)
            #expect(client.hello(attempt + 1) == ["up 0", "send 0#\(attempt + 1) id=\(attempt + 1) ask=1"])
        }
        #expect(pauses == [10, 20, 40, 80, 160, 320, 640, 1_000, 1_000])
        #expect(client.reply(id: 10, connection: 10) == ["deliver 1 reply"])
        #expect(client.lose(10) == ["down 0 0", "connect 0#11"], "this one was of use")
    }

    @Test func aQuestionLosesAFewConnectionsAndThenFails() {
        var client = FakeClient.up()
        _ = client.ask(1)
        for loss in UInt64(1)...2 {
            #expect(client.lose(loss) == ["down 0 1"])
            client.reconnect(loss + 1)
        }
        #expect(client.lose(3) == ["down 0 1", "deliver 1 connection-lost"])
        #expect(client.state.unanswered == 0)
    }

    /// A service that is killed again and again, before it could answer anything, is another process each time.
    @Test func aKilledProcessIsNoFaultOfItsQuestions() {
        var client = FakeClient.up()
        _ = client.ask(1, limit: 60_000)
        for loss in UInt64(1)...20 {
            #expect(client.lose(loss) == ["down 0 1"])
            client.now = client.state.nextWake?.microseconds ?? .max
            _ = client.wake()
            _ = client.connected(loss + 1)
            #expect(client.hello(loss + 1, process: "\(loss + 1)").last == "send 0#\(loss + 1) id=\(loss + 1) ask=1")
        }
    }

    /// An answer in between shows that the process goes on: questions are asked until their time is up.
    @Test func aConnectionThatAnsweredSomethingIsNoFaultOfItsQuestions() {
        var client = FakeClient.up()
        _ = client.ask(1, limit: 60_000)
        for loss in UInt64(1)...20 {
            _ = client.ask(100 + loss)
            #expect(client.reply(id: Int(2 * loss), connection: loss) == ["deliver \(100 + loss) reply"])
            #expect(client.lose(loss) == ["down 0 1", "connect 0#\(loss + 1)"])
            _ = client.connected(loss + 1)
            #expect(client.hello(loss + 1).last == "send 0#\(loss + 1) id=\(2 * loss + 1) ask=1")
        }
    }

    @Test func aServiceThatLeavesAndAnswersNothingIsALossToo() {
        var limits = ServiceClientState.Limits()
        limits.fruitlessLosses = 1
        var client = FakeClient.up(limits: limits)
        for token in UInt64(1)...2 { _ = client.ask(token) }
        _ = client.receive("protocol=1\nstatus=goodbye\n")
        #expect(client.lose() == ["down 0 2", "deliver 1 connection-lost", "deliver 2 connection-lost"])
    }

    @Test func whatIsUnansweredMovesToTheNextClient() {
        var limits = ServiceClientState.Limits()
        limits.inFlight = 2
        var old = FakeClient.up(limits: limits)
        _ = old.ask(1, limit: 300)
        _ = old.ask(2, isRepeatable: false)
        // These wait; what was never sent may be sent once.
        _ = old.ask(3, isRepeatable: false)
        _ = old.ask(4)
        old.state.cancel(token: 4)
        var new = FakeClient.up(endpoints: ["b"])
        let (own, successors) = old.end(successor: &new)
        #expect(own == ["deliver 2 connection-lost"])
        #expect(successors == ["send 0#1 id=1 ask=1", "send 0#1 id=2 ask=3"])
        #expect(old.state.unanswered == 0)
        #expect(new.reply(id: 2) == ["deliver 3 reply"])
        new.now += 300_000
        #expect(new.wake() == ["deliver 1 expired"], "it has the time it had")
    }

    @Test func aLeavingConnectionsQuestionsMoveToo() {
        var old = FakeClient.up()
        _ = old.ask(1)
        _ = old.receive("protocol=1\nstatus=goodbye\n")
        var new = FakeClient(endpoints: ["b"])
        #expect(old.end(successor: &new) == ([], []))
        #expect(new.state.unanswered == 1)
        new.reconnect(1)
        #expect(new.reply(id: 1) == ["deliver 1 reply"])
    }

    @Test func withoutASuccessorEverythingFails() {
        var client = FakeClient()
        _ = client.start()
        _ = client.ask(1)
        _ = client.connected()
        _ = client.hello()
        _ = client.ask(2)
        #expect(client.end() == ["deliver 1 connection-lost", "deliver 2 connection-lost"])
        #expect(client.state.unanswered == 0)
    }

    @Test func noHelloInTime() {
        var client = FakeClient()
        _ = client.start()
        _ = client.connected()
        client.now += 5_000_000
        let reason = "did not say hello in time"
        #expect(client.wake() == ["close 0#1: \(reason)", "refused 0: \(reason)"])
        client.now += 10_000
        #expect(client.wake() == ["connect 0#2"])
        #expect(client.connected(1) == ["close 0#1: no longer wanted"])
    }

    @Test(arguments: [
        ("protocol=1\nid=9\nverdict.x=none\n", "a reply to a question that was never asked"),
        ("protocol=1\nid=0\nverdict.x=none\n", "a reply to a question that was never asked"),
        ("protocol=1\nid=-1\nverdict.x=none\n", "a reply to a question that was never asked"),
        ("protocol=1\nverdict.x=none\n", "a reply to a question that was never asked"),
    ])
    func aReplyToNothingClosesTheConnection(message: String, reason: String) {
        var client = FakeClient.up()
        _ = client.ask(1)
        #expect(client.receive(message) == ["close 0#1: \(reason)", "down 0 1"])
        #expect(client.receive(message) == [], "nothing more is read from it")
        #expect(client.receive("protocol=1\nstatus=goodbye\n") == [])
        #expect(client.state.unanswered == 1)
    }

    @Test func aSecondReplyClosesTheConnection() {
        var client = FakeClient.up()
        _ = client.ask(1)
        #expect(client.reply(id: 1) == ["deliver 1 reply"])
        #expect(client.reply(id: 1) == ["close 0#1: a second reply to one question", "down 0 0", "connect 0#2"])
    }

    @Test(arguments: [
        ("protocol=2\nid=0\nservice=greylist\n", "speaks another version of the protocol"),
        ("id=0\nservice=greylist\n", "speaks another version of the protocol"),
        ("protocol=1\nid=0\nversion=1\n", "did not say hello"),
        ("protocol=1\nid=1\nservice=greylist\n", "did not say hello"),
    ])
    func aWrongHelloClosesTheConnection(message: String, reason: String) {
        var client = FakeClient()
        _ = client.start()
        _ = client.connected()
        #expect(client.receive(message) == ["close 0#1: \(reason)", "refused 0: \(reason)"])
        #expect(client.state.endpointsUp == 0)
        client.now += 10_000
        #expect(client.wake() == ["connect 0#2"])
    }

    @Test func whatIsInFlightAndWhatWaitsIsBounded() {
        var limits = ServiceClientState.Limits()
        limits.inFlight = 2
        limits.queued = 1
        var client = FakeClient.up(limits: limits)
        #expect(client.ask(1) == ["send 0#1 id=1 ask=1"])
        #expect(client.ask(2) == ["send 0#1 id=2 ask=2"])
        #expect(client.ask(3) == [])
        #expect(client.ask(4) == ["deliver 4 queue-full"])
        #expect(client.reply(id: 2) == ["deliver 2 reply", "send 0#1 id=3 ask=3"])
    }

    @Test func aCancelledQuestionHoldsItsPlaceUntilTheServiceAnswered() {
        var limits = ServiceClientState.Limits()
        limits.inFlight = 1
        var client = FakeClient.up(limits: limits)
        _ = client.ask(1)
        client.state.cancel(token: 1)
        #expect(client.ask(2) == [])
        #expect(client.reply(id: 1) == ["send 0#1 id=2 ask=2"])
    }
}
