import DNS
import Testing

@Suite struct DNSFlightsTests {
    private let first = DNSQuestion(DNSName("a.example") ?? .root, .a)
    private let second = DNSQuestion(DNSName("a.example") ?? .root, .aaaa)
    private let third = DNSQuestion(DNSName("b.example") ?? .root, .a)

    @Test func theSameQuestionIsAskedOnce() {
        var flights = DNSFlights<Int>(limits: .init(questions: 10, waiters: 10))
        #expect(flights.join(first, 1, deadline: 100) == .first)
        #expect(flights.join(first, 2, deadline: 200) == .waiting)
        #expect(flights.join(second, 3, deadline: 100) == .first)
        #expect(flights.count == 2)
        #expect(flights.waiters == 3)
        #expect(flights.land(first) == [1, 2])
        #expect(flights.land(first) == [])
        #expect(flights.join(first, 4, deadline: 100) == .first)
    }

    @Test func isBounded() {
        var flights = DNSFlights<Int>(limits: .init(questions: 2, waiters: 3))
        #expect(flights.join(first, 1, deadline: 100) == .first)
        #expect(flights.join(second, 2, deadline: 100) == .first)
        #expect(flights.join(third, 3, deadline: 100) == .full)
        #expect(flights.join(first, 4, deadline: 100) == .waiting)
        #expect(flights.join(first, 5, deadline: 100) == .full)
        #expect(flights.land(first) == [1, 4])
        #expect(flights.join(third, 6, deadline: 100) == .first)
    }

    @Test func eachGivesUpInHisTime() {
        var flights = DNSFlights<Int>(limits: .init(questions: 10, waiters: 10))
        #expect(flights.nextDeadline == nil)
        _ = flights.join(first, 1, deadline: 300)
        _ = flights.join(first, 2, deadline: 100)
        _ = flights.join(second, 3, deadline: 200)
        #expect(flights.nextDeadline == 100)
        #expect(flights.expire(now: 99) == [])
        #expect(flights.expire(now: 100) == [2])
        #expect(flights.nextDeadline == 200)
        #expect(flights.expire(now: 250) == [3])
        // The question is still under way, though nobody waits.
        #expect(flights.count == 2)
        #expect(flights.join(second, 4, deadline: 400) == .waiting)
        #expect(flights.land(second) == [4])
        #expect(flights.land(first) == [1])
        #expect(flights.nextDeadline == nil)
        #expect(flights.waiters == 0)
    }

    @Test func allAreLetGo() {
        var flights = DNSFlights<Int>(limits: .init(questions: 10, waiters: 10))
        _ = flights.join(first, 1, deadline: 300)
        _ = flights.join(second, 2, deadline: 300)
        #expect(flights.removeAll().sorted() == [1, 2])
        #expect(flights.count == 0)
        #expect(flights.nextDeadline == nil)
    }
}
