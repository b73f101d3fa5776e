internal import NIOCore
internal import PostfixProtocol
internal import ServiceProtocol

/// One endpoint of a service: its connection and the questions on it.
struct EndpointState: Sendable {
    typealias Pending = ServiceClientState.Pending

    enum Phase: Sendable, Equatable {
        case idle(until: MonotonicInstant)
        case connecting
        case greeting(by: MonotonicInstant)
        case up
    }

    /// What a message turned out to be.
    enum Received {
        case hello(Hello)
        case answer(Pending)
        /// Its question is no longer of interest: it was cancelled, or has expired.
        case late(isInTime: Bool)
        case goodbye
        /// From a connection that was already given up.
        case stale
        case violation(String)
    }

    struct Lost {
        var unanswered: [Pending]
        var wasUp: Bool
        /// The process it was a connection to, as that called itself, when it answered nothing since its hello.
        var fruitlesslyTo: String?
    }

    /// A connection whose service said goodbye: it answers what it has read while a new one is opened.
    private struct Leaving {
        var inFlight: [UInt64: Pending]
        var process: String
        var hasAnswered: Bool
    }

    let nameHash: UInt64
    var phase: Phase = .idle(until: MonotonicInstant(microseconds: 0))
    /// Grows with each attempt, so that news of an old connection is told from news of this one.
    var connection: UInt64 = 0
    var inFlight: [UInt64: Pending] = [:]
    var hello: Hello? {
        didSet {
            if hello != nil { refusal = nil }
            reads = hello?.reads ?? .all
        }
    }
    /// The attributes it is told, by its hello.
    private var reads = PolicyAttributeSet.all
    /// Why the last connection was given up before it was of any use, until one is.
    var refusal: String?
    private var nextID: UInt64 = 1
    /// Questions of no interest any more that the service still owes an answer; until when its silence is no sign.
    private var abandoned: [UInt64: MonotonicInstant] = [:]
    /// Questions that expired here since the last answer.
    private var expiredInARow = 0
    /// Whether this connection answered something since its hello.
    private var hasAnswered = false
    /// Milliseconds before the next attempt to connect.
    private var pause: Int
    private var leaving: [UInt64: Leaving] = [:]

    init(name: String, pause: Int) {
        // FNV-1a: any stable hash will do, since it is mixed again.
        nameHash = name.utf8.reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
        self.pause = pause
    }

    var isUp: Bool { phase == .up }

    func hasRoom(_ limit: Int) -> Bool { isUp && inFlight.count + abandoned.count < limit }

    var nextWake: MonotonicInstant {
        switch phase {
        case .idle(let until): until
        case .greeting(let by): by
        case .connecting, .up: MonotonicInstant(microseconds: .max)
        }
    }

    mutating func send(_ pending: Pending) -> QuestionMessage {
        let id = nextID
        nextID += 1
        inFlight[id] = pending
        return QuestionMessage(id: id, pending.ask, reads: reads)
    }

    mutating func startConnecting() -> UInt64? {
        guard case .idle = phase else { return nil }
        phase = .connecting
        connection += 1
        return connection
    }

    mutating func opened(_ connection: UInt64, helloBy: MonotonicInstant) -> Bool {
        guard connection == self.connection, phase == .connecting else { return false }
        phase = .greeting(by: helloBy)
        return true
    }

    func shouldConnect(now: MonotonicInstant) -> Bool {
        if case .idle(let until) = phase { return now >= until }
        return false
    }

    /// The connection, when its service answers nothing any more: others may do better, and a new one may too.
    func hung(threshold: Int) -> UInt64? {
        isUp && expiredInARow >= threshold ? connection : nil
    }

    func helloOverdue(now: MonotonicInstant) -> UInt64? {
        if case .greeting(let by) = phase, now >= by { return connection }
        return nil
    }

    mutating func received(
        _ list: AttributeList, connection: UInt64, now: MonotonicInstant, limits: ServiceClientState.Limits
    ) -> Received {
        if connection != self.connection { return receivedWhileLeaving(list, connection: connection) }
        switch phase {
        case .idle, .connecting: return receivedWhileLeaving(list, connection: connection)
        case .greeting, .up: break
        }
        if let hello = greeting(list) { return hello }
        let number = list.integer("id")
        // An answer to nothing.
        if number == nil, list.string("status") == "goodbye" {
            leave(now: now, limits: limits)
            return .goodbye
        }
        guard let id = number.flatMap(UInt64.init(exactly:)), id > 0, id < nextID else {
            return .violation("a reply to a question that was never asked")
        }
        expiredInARow = 0
        hasAnswered = true
        if let pending = inFlight.removeValue(forKey: id) { return .answer(pending) }
        guard let expires = abandoned.removeValue(forKey: id) else {
            return .violation("a second reply to one question")
        }
        return .late(isInTime: expires != Self.counted && now < expires)
    }

    private mutating func greeting(_ list: AttributeList) -> Received? {
        guard case .greeting = phase else { return nil }
        guard list.protocolVersion == 1 else { return .violation("speaks another version of the protocol") }
        guard list.integer("id") == 0, let hello = Hello(list) else { return .violation("did not say hello") }
        phase = .up
        self.hello = hello
        return .hello(hello)
    }

    private mutating func leave(now: MonotonicInstant, limits: ServiceClientState.Limits) {
        leaving[connection] = Leaving(inFlight: inFlight, process: hello?.process ?? "", hasAnswered: hasAnswered)
        disconnect(now: now, limits: limits)
    }

    /// The socket outlives the service, so the first attempt after a connection that was of use is made at once. One
    /// that only said hello proves nothing: what it was asked may be what ended it.
    private mutating func disconnect(now: MonotonicInstant, limits: ServiceClientState.Limits) {
        if hasAnswered { pause = 0 }
        phase = .idle(until: now.advanced(byMilliseconds: pause))
        pause = min(max(pause * 2, limits.reconnectPause.lowerBound), limits.reconnectPause.upperBound)
        inFlight = [:]
        abandoned = [:]
        expiredInARow = 0
        hasAnswered = false
        hello = nil
    }

    private mutating func receivedWhileLeaving(_ list: AttributeList, connection: UInt64) -> Received {
        guard let id = list.integer("id").flatMap(UInt64.init(exactly:)),
            let pending = leaving[connection]?.inFlight.removeValue(forKey: id)
        else { return .stale }
        leaving[connection]?.hasAnswered = true
        return .answer(pending)
    }

    mutating func lost(_ connection: UInt64, now: MonotonicInstant, limits: ServiceClientState.Limits) -> Lost? {
        if let left = leaving.removeValue(forKey: connection) {
            return Lost(
                unanswered: Array(left.inFlight.values), wasUp: false,
                fruitlesslyTo: left.hasAnswered ? nil : left.process)
        }
        guard connection == self.connection else { return nil }
        if case .idle = phase { return nil }
        let lost = Lost(
            unanswered: Array(inFlight.values), wasUp: isUp, fruitlesslyTo: hasAnswered ? nil : hello?.process ?? "")
        disconnect(now: now, limits: limits)
        return lost
    }

    /// Takes all unanswered questions away, also from connections that are ending.
    mutating func takeUnanswered() -> [Pending] {
        let taken = Array(inFlight.values) + leaving.values.flatMap(\.inFlight.values)
        inFlight = [:]
        for connection in leaving.keys { leaving[connection]?.inFlight = [:] }
        return taken
    }

    /// The question with this token is no longer of interest. Returns whether it was here.
    mutating func abandon(token: UInt64) -> Bool {
        if let (id, pending) = inFlight.first(where: { $0.value.ask.token == token }) {
            inFlight[id] = nil
            abandoned[id] = pending.ask.expires
            return true
        }
        for (connection, pending) in leaving {
            guard let id = pending.inFlight.first(where: { $0.value.ask.token == token })?.key else { continue }
            leaving[connection]?.inFlight[id] = nil
            return true
        }
        return false
    }

    private static let counted = MonotonicInstant(microseconds: .max)

    /// Counts cancelled questions whose time is over, or an endpoint that answers nothing would never be given up while
    /// all its questions are cancelled. Returns when the next one's time is over.
    mutating func noteSilence(now: MonotonicInstant) -> MonotonicInstant {
        var next = Self.counted
        for (id, expires) in abandoned where expires < Self.counted {
            if expires <= now {
                abandoned[id] = Self.counted
                expiredInARow += 1
            } else {
                next = min(next, expires)
            }
        }
        return next
    }

    mutating func abandon(where isExpired: (Pending) -> Bool) {
        for (id, pending) in inFlight where isExpired(pending) {
            inFlight[id] = nil
            abandoned[id] = Self.counted
            expiredInARow += 1
        }
        for (connection, left) in leaving {
            for (id, pending) in left.inFlight where isExpired(pending) { leaving[connection]?.inFlight[id] = nil }
        }
    }
}
