internal import DequeModule
internal import NIOCore
public import PostfixProtocol
public import ServiceProtocol

/// The client side of one service as a value: questions and events in, actions out; no I/O, no clock.
///
/// It keeps a connection to each endpoint, pipelines questions, spreads them by rendezvous hash, asks again what a
/// lost connection left unanswered until its time is up or the question itself seems to be what loses connections, and
/// leaves a service alone for a moment that fails repeatedly. Nothing is delivered twice, and every question is
/// delivered once.
public struct ServiceClientState: Sendable {
    /// Bounds and pauses.
    public struct Limits: Sendable {
        /// Questions on one connection; a server stops reading at as many.
        public var inFlight = 1_024
        /// Questions waiting for a connection, per service.
        public var queued = 8_192
        /// Connections to one process that a question may lose which answered nothing since their hello. A process that
        /// is there again after it lost two was not killed: it hangs up at this question, or at one beside it.
        public var fruitlessLosses = 3
        /// Expired questions in a row that open the breaker.
        public var breakerThreshold = 16
        /// Expired questions in a row after which one connection is given up.
        public var hungThreshold = 8
        /// Milliseconds for which an open breaker refuses.
        public var breakerPause = 2_000
        /// Milliseconds between attempts to connect: the first, doubled up to the last.
        public var reconnectPause = 10...1_000
        /// Milliseconds a new connection may take to say hello.
        public var helloTime = 5_000

        /// The shipped values.
        public init() {}
    }

    /// What the driver has to do.
    public enum Action: Sendable {
        /// Open a connection to the endpoint.
        case connect(endpoint: Int, connection: UInt64)
        /// Write the message.
        case send(endpoint: Int, connection: UInt64, message: QuestionMessage)
        /// Close the connection; the reason is for the log.
        case close(endpoint: Int, connection: UInt64, reason: String)
        /// Hand the outcome to the asker.
        case deliver(token: UInt64, outcome: AskOutcome)
        /// Log it.
        case note(Note)
    }

    /// What the log should know.
    public enum Note: Sendable, Equatable {
        /// The endpoint answered hello.
        case up(endpoint: Int, hello: Hello)
        /// The endpoint's connection is gone, with this many questions unanswered.
        case down(endpoint: Int, unanswered: Int, reason: String)
        /// The endpoint's hello was not what it must be; told once for each reason, though it is tried again.
        case refused(endpoint: Int, reason: String)
        /// The service is left alone for a moment.
        case breakerOpened(failures: Int)
        /// It answered again.
        case breakerClosed
    }

    struct Pending: Sendable {
        var ask: Ask
        /// Connections it was lost with that answered nothing since their hello, by process.
        var fruitlessLosses: [String: Int] = [:]
    }

    var limits: Limits
    var endpoints: [EndpointState]
    var waiting = Deque<Pending>()
    var breaker: CircuitBreaker
    /// No question expires before this moment; scanning earlier finds nothing.
    var earliestExpiry = MonotonicInstant(microseconds: .max)

    /// A client of the endpoints with these names (rendezvous hashing uses the names).
    public init(endpoints: [String], limits: Limits = Limits()) {
        self.limits = limits
        self.endpoints = endpoints.map { EndpointState(name: $0, pause: limits.reconnectPause.lowerBound) }
        self.breaker = CircuitBreaker(threshold: limits.breakerThreshold, pauseMilliseconds: limits.breakerPause)
    }

    /// How many questions are unanswered.
    public var unanswered: Int {
        waiting.count + endpoints.reduce(0) { $0 + $1.inFlight.count }
    }

    /// How many endpoints are up.
    public var endpointsUp: Int { endpoints.count { $0.isUp } }

    /// The hello of the first endpoint that is up.
    public var hello: Hello? { endpoints.lazy.compactMap(\.hello).first }

    /// A question is asked.
    public mutating func ask(_ ask: Ask, now: MonotonicInstant, actions: inout [Action]) {
        guard ask.expires > now else {
            actions.append(.deliver(token: ask.token, outcome: .failed(.expired)))
            return
        }
        guard breaker.allows(now: now) else {
            actions.append(.deliver(token: ask.token, outcome: .failed(.breakerOpen)))
            return
        }
        guard waiting.count < limits.queued else {
            actions.append(.deliver(token: ask.token, outcome: .failed(.queueFull)))
            return
        }
        earliestExpiry = min(earliestExpiry, ask.expires)
        place(Pending(ask: ask), now: now, actions: &actions)
    }

    /// A question is no longer of interest: its answer will be thrown away.
    public mutating func cancel(token: UInt64) {
        if let index = waiting.firstIndex(where: { $0.ask.token == token }) {
            waiting.remove(at: index)
            return
        }
        for index in endpoints.indices where endpoints[index].abandon(token: token) { return }
    }

    /// The client ends: takes away all that is unanswered.
    ///
    /// - Parameter isReplaced: another client of the service takes its place.
    /// - Returns: what that client may ask. What it may not, since it would be asked twice, has failed.
    mutating func end(isReplaced: Bool, actions: inout [Action]) -> [Pending] {
        var sent: [Pending] = []
        for index in endpoints.indices { sent += endpoints[index].takeUnanswered() }
        let all = (sent + waiting).sorted { $0.ask.token < $1.ask.token }
        let unsent = Set(waiting.map(\.ask.token))
        waiting.removeAll()
        let movable = all.filter { isReplaced && ($0.ask.isRepeatable || unsent.contains($0.ask.token)) }
        let moved = Set(movable.map(\.ask.token))
        for pending in all where !moved.contains(pending.ask.token) {
            actions.append(.deliver(token: pending.ask.token, outcome: .failed(.connectionLost)))
        }
        return movable
    }

    /// Asks what another client of the service left unanswered, with the time it has left.
    mutating func takeOver(_ questions: [Pending], now: MonotonicInstant, actions: inout [Action]) {
        for pending in questions {
            earliestExpiry = min(earliestExpiry, pending.ask.expires)
            place(pending, now: now, actions: &actions)
        }
    }

    /// Opens the connections, so that the first question finds them up.
    public mutating func start(now: MonotonicInstant, actions: inout [Action]) {
        for index in endpoints.indices { connect(index, now: now, actions: &actions) }
    }

    /// The connection is open; the client speaks first.
    public mutating func connected(
        endpoint: Int, connection: UInt64, now: MonotonicInstant, actions: inout [Action]
    ) {
        guard endpoints[endpoint].opened(connection, helloBy: now.advanced(byMilliseconds: limits.helloTime)) else {
            actions.append(.close(endpoint: endpoint, connection: connection, reason: "no longer wanted"))
            return
        }
        let message = QuestionMessage(id: 0, payload: Hello.request)
        actions.append(.send(endpoint: endpoint, connection: connection, message: message))
    }

    /// The connection could not be opened, or is gone. What it left unanswered is asked again.
    public mutating func disconnected(
        endpoint: Int, connection: UInt64, reason: String, now: MonotonicInstant, actions: inout [Action]
    ) {
        guard let lost = endpoints[endpoint].lost(connection, now: now, limits: limits) else { return }
        if lost.wasUp || !lost.unanswered.isEmpty {
            let note = Note.down(endpoint: endpoint, unanswered: lost.unanswered.count, reason: reason)
            actions.append(.note(note))
        }
        if endpoints[endpoint].shouldConnect(now: now) { connect(endpoint, now: now, actions: &actions) }
        for pending in lost.unanswered.sorted(by: { $0.ask.token < $1.ask.token }) {
            askAgain(pending, fruitlesslyLostBy: lost.fruitlesslyTo, now: now, actions: &actions)
        }
    }

    private mutating func askAgain(
        _ pending: Pending, fruitlesslyLostBy process: String?, now: MonotonicInstant, actions: inout [Action]
    ) {
        var pending = pending
        var losses = 0
        if let process {
            losses = pending.fruitlessLosses[process, default: 0] + 1
            pending.fruitlessLosses[process] = losses
        }
        let token = pending.ask.token
        if !pending.ask.isRepeatable {
            actions.append(.deliver(token: token, outcome: .failed(.connectionLost)))
        } else if losses >= limits.fruitlessLosses {
            noteFailure(now: now, actions: &actions)
            actions.append(.deliver(token: token, outcome: .failed(.connectionLost)))
        } else {
            place(pending, now: now, actions: &actions)
        }
    }

    private mutating func noteFailure(now: MonotonicInstant, actions: inout [Action]) {
        if breaker.failed(now: now) { actions.append(.note(.breakerOpened(failures: limits.breakerThreshold))) }
    }

    /// A message came in.
    public mutating func received(
        _ list: AttributeList, endpoint: Int, connection: UInt64, now: MonotonicInstant, actions: inout [Action]
    ) {
        switch endpoints[endpoint].received(list, connection: connection, now: now, limits: limits) {
        case .stale: break
        case .late(let isInTime):
            // The one question that an open breaker lets through may be cancelled: the next one of the same request is
            // refused, which decides the request.
            if isInTime, breaker.succeeded() { actions.append(.note(.breakerClosed)) }
            drainQueue(now: now, actions: &actions)
        case .hello(let hello):
            actions.append(.note(.up(endpoint: endpoint, hello: hello)))
            drainQueue(now: now, actions: &actions)
        case .goodbye:
            if endpoints[endpoint].shouldConnect(now: now) { connect(endpoint, now: now, actions: &actions) }
        case .answer(let pending):
            if breaker.succeeded() { actions.append(.note(.breakerClosed)) }
            actions.append(.deliver(token: pending.ask.token, outcome: .reply(list)))
            drainQueue(now: now, actions: &actions)
        case .violation(let reason):
            giveUp(connection, of: endpoint, reason: reason, now: now, actions: &actions)
        }
    }

    /// The answer just delivered was not a usable reply; counts towards the breaker as an expired question does.
    public mutating func failedByContent(now: MonotonicInstant, actions: inout [Action]) {
        if breaker.wasUseless(now: now) { actions.append(.note(.breakerOpened(failures: limits.breakerThreshold))) }
    }

    /// When the driver should call ``wake(now:actions:)``; nil when nothing waits.
    public var nextWake: MonotonicInstant? {
        let next = endpoints.reduce(earliestExpiry) { min($0, $1.nextWake) }
        return next.microseconds == .max ? nil : next
    }

    /// Time has passed: expired questions are delivered, pauses end.
    public mutating func wake(now: MonotonicInstant, actions: inout [Action]) {
        for index in endpoints.indices {
            if endpoints[index].shouldConnect(now: now) { connect(index, now: now, actions: &actions) }
            if let connection = endpoints[index].helloOverdue(now: now) {
                giveUp(connection, of: index, reason: "did not say hello in time", now: now, actions: &actions)
            }
        }
        guard now >= earliestExpiry else { return }
        expire(now: now, actions: &actions)
    }

    private mutating func expire(now: MonotonicInstant, actions: inout [Action]) {
        var expired: [UInt64] = []
        var next = MonotonicInstant(microseconds: .max)
        func isExpired(_ pending: Pending) -> Bool {
            if pending.ask.expires <= now {
                expired.append(pending.ask.token)
                return true
            }
            next = min(next, pending.ask.expires)
            return false
        }
        waiting.removeAll(where: isExpired)
        for index in endpoints.indices {
            next = min(next, endpoints[index].noteSilence(now: now))
            endpoints[index].abandon(where: isExpired)
        }
        earliestExpiry = next
        for token in expired.sorted() {
            noteFailure(now: now, actions: &actions)
            actions.append(.deliver(token: token, outcome: .failed(.expired)))
        }
        for index in endpoints.indices {
            guard let connection = endpoints[index].hung(threshold: limits.hungThreshold) else { continue }
            giveUp(connection, of: index, reason: "answers nothing", now: now, actions: &actions)
        }
    }

    private mutating func giveUp(
        _ connection: UInt64, of index: Int, reason: String, now: MonotonicInstant, actions: inout [Action]
    ) {
        actions.append(.close(endpoint: index, connection: connection, reason: reason))
        if !endpoints[index].isUp, endpoints[index].refusal != reason {
            endpoints[index].refusal = reason
            actions.append(.note(.refused(endpoint: index, reason: reason)))
        }
        disconnected(endpoint: index, connection: connection, reason: reason, now: now, actions: &actions)
    }

    private mutating func connect(_ index: Int, now: MonotonicInstant, actions: inout [Action]) {
        guard let connection = endpoints[index].startConnecting() else { return }
        actions.append(.connect(endpoint: index, connection: connection))
    }

    /// Sends to the preferred endpoint that is up and has room, else waits.
    private mutating func place(_ pending: Pending, now: MonotonicInstant, actions: inout [Action]) {
        guard let index = preferredEndpoint(for: pending.ask.affinity) else {
            waiting.append(pending)
            return
        }
        let message = endpoints[index].send(pending)
        actions.append(.send(endpoint: index, connection: endpoints[index].connection, message: message))
    }

    private mutating func drainQueue(now: MonotonicInstant, actions: inout [Action]) {
        while let first = waiting.first, preferredEndpoint(for: first.ask.affinity) != nil {
            waiting.removeFirst()
            place(first, now: now, actions: &actions)
        }
    }

    /// Rendezvous hashing: the endpoint that is up with the highest mix of its name and the affinity, so that one
    /// endpoint's loss moves only its own questions.
    private func preferredEndpoint(for affinity: UInt64) -> Int? {
        if endpoints.count == 1 { return endpoints[0].hasRoom(limits.inFlight) ? 0 : nil }
        var best: (index: Int, weight: UInt64)?
        for (index, endpoint) in endpoints.enumerated() where endpoint.hasRoom(limits.inFlight) {
            let weight = Self.mix(endpoint.nameHash ^ affinity)
            if weight >= best?.weight ?? 0 { best = (index, weight) }
        }
        return best?.index
    }

    /// splitmix64's finalizer: spreads well and costs three multiplications.
    static func mix(_ value: UInt64) -> UInt64 {
        var mixed = value &+ 0x9e37_79b9_7f4a_7c15
        mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        return mixed ^ (mixed >> 31)
    }
}
