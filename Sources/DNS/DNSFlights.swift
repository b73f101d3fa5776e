/// The questions under way, and who waits for each. The same question is asked once.
public struct DNSFlights<Waiter: Sendable>: Sendable {
    /// What came of wanting an answer.
    public enum Joined: Sendable, Equatable {
        /// Nobody has asked yet: ask.
        case first
        /// It has been asked.
        case waiting
        /// Too many questions are under way, or too many wait for this one.
        case full
    }

    /// What may be under way.
    public struct Limits: Sendable, Equatable {
        /// Different questions.
        public var questions: Int
        /// Those who wait, for all questions together.
        public var waiters: Int

        /// So many questions and so many who wait.
        public init(questions: Int, waiters: Int) {
            self.questions = questions
            self.waiters = waiters
        }
    }

    private struct Waiting: Sendable {
        var waiter: Waiter
        /// Milliseconds of a monotonic clock.
        var deadline: Int
    }

    /// What may be under way.
    public var limits: Limits
    private var flights: [DNSQuestion: [Waiting]] = [:]
    /// Those who wait, for all questions together.
    public private(set) var waiters = 0
    /// When the next one gives up; never later, perhaps earlier, than somebody does. Nil when nobody waits.
    public private(set) var nextDeadline: Int?

    /// Nothing is under way.
    public init(limits: Limits) {
        self.limits = limits
    }

    /// Questions under way; also those for which nobody waits any more.
    public var count: Int { flights.count }

    /// Waits for the answer to a question, until `deadline`.
    public mutating func join(_ question: DNSQuestion, _ waiter: Waiter, deadline: Int) -> Joined {
        let isUnderWay = flights[question] != nil
        guard waiters < limits.waiters, isUnderWay || flights.count < limits.questions else { return .full }
        flights[question, default: []].append(Waiting(waiter: waiter, deadline: deadline))
        waiters += 1
        nextDeadline = min(nextDeadline ?? deadline, deadline)
        return isUnderWay ? .waiting : .first
    }

    /// The question is answered: those who wait for it.
    public mutating func land(_ question: DNSQuestion) -> [Waiter] {
        let landed = flights.removeValue(forKey: question) ?? []
        waiters -= landed.count
        if waiters == 0 { nextDeadline = nil }
        return landed.map(\.waiter)
    }

    /// Those whose time is up. Their questions stay under way: the answer, when it comes, is still of use.
    public mutating func expire(now: Int) -> [Waiter] {
        guard let due = nextDeadline, due <= now else { return [] }
        var expired: [Waiter] = []
        var next: Int?
        for (question, waiting) in flights {
            if waiting.contains(where: { $0.deadline <= now }) {
                expired += waiting.lazy.filter { $0.deadline <= now }.map(\.waiter)
                flights[question] = waiting.filter { $0.deadline > now }
            }
            for entry in waiting where entry.deadline > now { next = min(next ?? entry.deadline, entry.deadline) }
        }
        waiters -= expired.count
        nextDeadline = next
        return expired
    }

    /// Nothing is under way any more: all who waited.
    public mutating func removeAll() -> [Waiter] {
        defer {
            flights = [:]
            waiters = 0
            nextDeadline = nil
        }
        return flights.values.flatMap { $0.map(\.waiter) }
    }
}
