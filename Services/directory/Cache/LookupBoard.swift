internal import ServiceProtocol
internal import Synchronization

/// All answers there are, and all questions under way: each is asked once, however many requests wait for it.
final class LookupBoard: Sendable {
    /// Whom a question goes to.
    typealias Route = @Sendable (Lookup) -> (any LookupSource)?
    /// What goes on with the answers, each of which is there once.
    typealias Continuation = @Sendable ([(lookup: Lookup, answer: Answer)]) -> Void

    /// Somebody who waits for answers.
    private final class Waiter: Sendable {
        let continuation: Continuation
        /// How many answers are missing, and those that came. Guarded by the board's lock.
        nonisolated(unsafe) var missing = 0
        nonisolated(unsafe) var received: [(lookup: Lookup, answer: Answer)] = []

        init(_ continuation: @escaping Continuation) {
            self.continuation = continuation
        }
    }

    /// A question under way. After a change it is asked anew beside itself: what was asked before it may not know of it.
    private struct Flight: Hashable {
        var lookup: Lookup
        /// That of the table when it was asked.
        var edition: Int
    }

    private struct BackendState {
        var underWay = 0
        var quietSince = 0

        mutating func sent(_ now: Int) {
            if underWay == 0 { quietSince = now }
            underWay += 1
        }

        mutating func answered(_ now: Int) {
            underWay -= 1
            quietSince = now
        }

        func isLate(_ now: Int) -> Bool {
            underWay > 0 && now - quietSince > patience
        }
    }

    private struct State {
        var table: AnswerTable
        /// Who waits for each.
        var flights: [Flight: [Waiter]] = [:]
        /// Another one when everything is forgotten, for others to tell. Drawn at random, so it differs from those of
        /// other instances and of the time before a restart.
        var revision = State.newRevision()
        /// By backend: the questions under way, and since when nothing has come.
        var backends = [BackendState](repeating: BackendState(), count: Lookup.Backend.allCases.count)
        var figures = Figures()

        static func newRevision() -> String { String(UInt64.random(in: 0...UInt64.max), radix: 36) }
    }

    /// What happened so far.
    struct Figures {
        var asked = 0
        var failed = 0
        var stale = 0
    }

    private let state: Mutex<State>
    private let route: Route
    private let clock: @Sendable () -> Int
    /// A backend that has answered nothing for so long, in milliseconds, is not waited for when there is an old answer.
    private static let patience = 500

    /// - Parameter clock: Milliseconds that never go back.
    init(_ table: AnswerTable, route: @escaping Route, clock: @escaping @Sendable () -> Int) {
        state = Mutex(State(table: table))
        self.route = route
        self.clock = clock
    }

    /// What the answers stand on: another text after everything was forgotten. To be read before the answers are, so
    /// that old ones never go out under a new revision.
    var revision: String { state.withLock { $0.revision } }

    /// Milliseconds that never go back.
    var now: Int { clock() }

    /// What is known at a moment. Each look takes the lock for itself, so that nobody waits for a whole decision.
    func answer(to lookup: Lookup, now: Int) -> Answer? {
        state.withLock { $0.table.answer(to: lookup, now: now) }
    }

    /// The kinds of which there is nothing at a moment, so that questions about them have one answer.
    func emptyKinds(now: Int) -> Lookup.Kinds {
        state.withLock { $0.table.emptyKinds(now: now) }
    }

    /// The number of kept answers, and what happened so far.
    var figures: (answers: Int, counts: Figures) {
        state.withLock { ($0.table.count, $0.figures) }
    }

    /// Forgets all answers: something was changed.
    func forget() {
        state.withLock { state in
            state.table.removeAll()
            state.revision = State.newRevision()
        }
    }

    /// Forgets the answers of access lists, on which no fact stands.
    func forgetLists() {
        state.withLock { $0.table.forget(.lists) }
    }

    /// Takes other limits.
    func adopt(lifetime: Int, staleLifetime: Int, capacity: Int) {
        state.withLock { $0.table.adopt(lifetime: lifetime, staleLifetime: staleLifetime, capacity: capacity) }
    }

    /// Gets answers, each from what is under way already if it is, and calls `then` once, on any thread.
    func fetch(_ lookups: [Lookup], then: @escaping Continuation) {
        let now = clock()
        let waiter = Waiter(then)
        let (new, isComplete) = state.withLock { state in Self.join(lookups, waiter, &state, now) }
        if isComplete { then(waiter.received) }
        if !new.isEmpty { ask(new) }
    }

    private static func join(
        _ lookups: [Lookup], _ waiter: Waiter, _ state: inout State, _ now: Int
    ) -> (new: [Flight], isComplete: Bool) {
        var new: [Flight] = []
        for lookup in lookups {
            if let answer = state.table.answer(to: lookup, now: now) {
                waiter.received.append((lookup, answer))
                continue
            }
            if state.backends[lookup.backend.rawValue].isLate(now),
                let answer = state.table.staleAnswer(to: lookup, now: now)
            {
                state.figures.stale += 1
                waiter.received.append((lookup, answer))
                continue
            }
            waiter.missing += 1
            let flight = Flight(lookup: lookup, edition: state.table.edition(of: lookup))
            if state.flights[flight]?.append(waiter) == nil {
                new.append(flight)
                state.backends[lookup.backend.rawValue].sent(now)
                state.flights[flight] = [waiter]
            }
        }
        state.figures.asked += new.count
        return (new, waiter.missing == 0)
    }

    private func ask(_ flights: [Flight]) {
        for backend in Lookup.Backend.allCases {
            // Those of one backend were begun at once, so they are of one edition.
            let own = flights.compactMap { $0.lookup.backend == backend ? $0.lookup : nil }
            guard let first = flights.first(where: { $0.lookup.backend == backend }) else { continue }
            let edition = first.edition
            if let source = route(first.lookup) {
                source.ask(own) { [weak self] answers in self?.arrive(answers, edition) }
            } else {
                arrive(own.map { ($0, .failed("\(backend): nothing is configured that could answer")) }, edition)
            }
        }
    }

    /// Takes answers and tells those who have all of theirs.
    private func arrive(_ answers: [(lookup: Lookup, answer: Answer)], _ edition: Int) {
        let now = clock()
        // The lock is taken for each: who decides meanwhile must not wait for all.
        for (lookup, answer) in answers {
            let flight = Flight(lookup: lookup, edition: edition)
            let complete = state.withLock { state in Self.arrive(flight, answer, &state, now) }
            for waiter in complete { waiter.continuation(waiter.received) }
        }
    }

    private static func arrive(_ flight: Flight, _ answer: Answer, _ state: inout State, _ now: Int) -> [Waiter] {
        guard let waiters = state.flights.removeValue(forKey: flight) else { return [] }
        state.backends[flight.lookup.backend.rawValue].answered(now)
        let usable = usable(answer, flight, &state, now)
        var complete: [Waiter] = []
        for waiter in waiters {
            waiter.received.append((flight.lookup, usable))
            waiter.missing -= 1
            if waiter.missing == 0 { complete.append(waiter) }
        }
        return complete
    }

    /// The answer, or instead of a failure an old one.
    private static func usable(_ answer: Answer, _ flight: Flight, _ state: inout State, _ now: Int) -> Answer {
        let lookup = flight.lookup
        if case .failed = answer {
            guard let old = state.table.staleAnswer(to: lookup, now: now) else {
                state.figures.failed += 1
                return answer
            }
            state.figures.stale += 1
            return old
        }
        if flight.edition == state.table.edition(of: lookup) { state.table.keep(answer, to: lookup, now: now) }
        return answer
    }
}
