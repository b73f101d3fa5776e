internal import DNS
internal import DNSClient
internal import Logging
internal import Synchronization

/// A list that is being asked, and how it is.
final class ListedZone: Sendable {
    /// What identifies it: the same after a reload is the same list, whose health is known.
    struct Identity: Sendable, Hashable {
        /// For the log: the check and the list's name.
        var label: String
        /// The zone, with the key. Never to be shown.
        var zone: DNSName
        /// The entries that must be and must not be there; nil for a list that is not watched.
        var tests: AddressListConfiguration.Family?
    }

    private struct State {
        var health = ZoneHealth()
        /// Those who have found a listing while nothing is known of the list's health.
        var waiting: [@Sendable (ZoneHealth.State) -> Void] = []
    }

    let identity: Identity
    private let client: DNSClient
    private let log: Logger
    private let state = Mutex(State())

    init(_ identity: Identity, client: DNSClient, log: Logger) {
        self.identity = identity
        self.client = client
        self.log = log
    }

    /// What is known of its health.
    var health: ZoneHealth.State {
        identity.tests == nil ? .sound : state.withLock { $0.health.state }
    }

    /// Asks about some labels. Whether the list is sound is found out beside it, and a listing only counts when it is.
    func ask(_ subject: DNSName, deadline: Int, completion: @escaping @Sendable (ZoneAnswer) -> Void) {
        lookAtHealth()
        if case .setAside(let reason) = health { return completion(.setAside(reason)) }
        // What is too long to be listed is not.
        guard let name = subject.below(identity.zone) else { return completion(.unlisted) }
        client.ask(DNSQuestion(name, .a), deadline: deadline) { [self] reply in
            receive(ZoneAnswer(reply.answer), completion)
        }
    }

    /// The text of a listing; nil when there is none in time.
    func askForText(_ subject: DNSName, deadline: Int, completion: @escaping @Sendable (String?) -> Void) {
        guard let name = subject.below(identity.zone) else { return completion(nil) }
        client.ask(DNSQuestion(name, .txt), deadline: deadline) { reply in
            completion(reply.answer.texts.first.map { String(decoding: $0.prefix(200), as: UTF8.self) })
        }
    }

    private func receive(_ answer: ZoneAnswer, _ completion: @escaping @Sendable (ZoneAnswer) -> Void) {
        switch answer {
        case .listed:
            whenKnown { state in
                if case .setAside(let reason) = state { completion(.setAside(reason)) } else { completion(answer) }
            }
        case .nonsense(let reason):
            if identity.tests != nil {
                tell(state.withLock { $0.health.refused(reason, now: DNSClient.now) })
            }
            completion(answer)
        case .unlisted, .failed, .setAside: completion(answer)
        }
    }

    /// Calls back when something is known of the health: mostly at once.
    private func whenKnown(_ body: @escaping @Sendable (ZoneHealth.State) -> Void) {
        guard identity.tests != nil else { return body(.sound) }
        let known = state.withLock { state -> ZoneHealth.State? in
            guard state.health.state == .unknown else { return state.health.state }
            state.waiting.append(body)
            return nil
        }
        if let known { body(known) }
    }

    // MARK: - Health

    /// Takes a look, if it is time for one.
    func lookAtHealth() {
        guard let tests = identity.tests, state.withLock({ $0.health.beginsLook(now: DNSClient.now) }) else { return }
        let gathering = Gathering<ZoneAnswer>(2) { [self] answers in
            let (change, waiting, known) = state.withLock { state in
                let change = state.health.conclude(listed: answers[0], unlisted: answers[1], now: DNSClient.now)
                defer { state.waiting = [] }
                return (change, state.waiting, state.health.state)
            }
            tell(change)
            for body in waiting { body(known) }
        }
        for (index, name) in [tests.listed, tests.unlisted].enumerated() {
            guard let question = name.below(identity.zone).map({ DNSQuestion($0, .a) }) else {
                gathering.put(.unlisted, at: index)
                continue
            }
            client.ask(question, isFresh: true) { reply in gathering.put(ZoneAnswer(reply.answer), at: index) }
        }
    }

    private func tell(_ change: ZoneHealth.Change?) {
        switch change {
        case nil: break
        case .setAside(let reason): log.warning("\(identity.label) is set aside: \(reason)")
        case .isBack: log.notice("\(identity.label) answers as it should again")
        }
    }
}
