internal import NIOCore
internal import ServiceProtocol
internal import ServiceTransport

/// One run of one service's upkeep, as a value: it is asked, gets the facts it needs, and is asked again until it is
/// done. No I/O and no clock.
struct UpkeepRun: Sendable {
    /// What the schedule has to do.
    enum Action {
        /// Ask a service; `index` comes back with the outcome.
        case ask(index: Int, service: String, payload: ByteBuffer, expires: MonotonicInstant)
        /// The run is over; the last action.
        case finish(Result)
    }

    /// How a run ended.
    enum Result: Sendable, Equatable {
        /// The seconds until the next one.
        case done(next: Int)
        /// Why it failed.
        case failed(String)
    }

    private enum Purpose: Sendable {
        case subject
        case facts([FactName])
    }

    private let service: String
    /// The frontend's own work, done here instead of by a service. It grows with each page, so it is changed in place.
    private(set) var fetch: LocalDomainsFetch?
    private let providers: [String: String]
    private let limits: UpkeepSchedule.Limits
    private let deadline: MonotonicInstant
    private var open: [Int: Purpose] = [:]
    private var nextIndex = 0
    private var rounds = 0
    private var request = UpkeepRequest()

    init(
        of job: UpkeepSchedule.Job, providers: [String: String], limits: UpkeepSchedule.Limits, now: MonotonicInstant
    ) {
        service = job.name
        fetch = job == .localDomains ? LocalDomainsFetch() : nil
        self.providers = providers
        self.limits = limits
        deadline = now.advanced(byMilliseconds: limits.run)
    }

    /// Begins.
    mutating func start(now: MonotonicInstant, actions: inout [Action]) {
        askSubject(now: now, actions: &actions)
    }

    /// The outcome of a question.
    mutating func receive(_ outcome: AskOutcome, of index: Int, now: MonotonicInstant, actions: inout [Action]) {
        switch open.removeValue(forKey: index) {
        case nil: return
        case .subject: receiveReply(outcome, now: now, actions: &actions)
        case .facts(let names):
            learn(names, from: outcome)
            if open.isEmpty { askSubject(now: now, actions: &actions) }
        }
    }

    private mutating func askSubject(now: MonotonicInstant, actions: inout [Action]) {
        guard now < deadline else {
            return actions.append(.finish(.failed("takes longer than \(limits.run / 1_000) s")))
        }
        if let reply = fetch?.answer(request) { return take(reply, now: now, actions: &actions) }
        request.deadline = expiry(now)
        var payload = ByteBuffer()
        request.encode(into: &payload)
        ask(service, payload, .subject, now: now, actions: &actions)
    }

    private mutating func receiveReply(_ outcome: AskOutcome, now: MonotonicInstant, actions: inout [Action]) {
        switch outcome {
        case .failed(let failure): actions.append(.finish(.failed(failure.rawValue)))
        case .reply(let list):
            guard let reply = UpkeepReply(list) else {
                return actions.append(.finish(.failed("the reply could not be used")))
            }
            take(reply, now: now, actions: &actions)
        }
    }

    private mutating func take(_ reply: UpkeepReply, now: MonotonicInstant, actions: inout [Action]) {
        switch reply {
        case .done(let next): actions.append(.finish(.done(next: next)))
        case .failed(let text): actions.append(.finish(.failed(text)))
        case .needs(let names, let cursor):
            rounds += 1
            guard rounds <= limits.rounds else {
                return actions.append(.finish(.failed("needs facts more than \(limits.rounds) times")))
            }
            guard !names.contains(where: { request.facts[$0] != nil }) else {
                return actions.append(.finish(.failed("asked again for a fact it was given")))
            }
            request = UpkeepRequest(cursor: cursor)
            askProviders(names, now: now, actions: &actions)
            if open.isEmpty { askSubject(now: now, actions: &actions) }
        }
    }

    /// Asks the provider of each fact; what nobody provides, and what is about no domain, is unknown at once.
    private mutating func askProviders(_ names: [FactName], now: MonotonicInstant, actions: inout [Action]) {
        var byProvider: [(service: String, names: [FactName])] = []
        for name in names {
            request.facts[name] = unknownFactValue
            guard let service = providers[name.kind], name.kind == LocalDomainsFetch.factKind || name.hasValidDomain
            else { continue }
            if let index = byProvider.firstIndex(where: { $0.service == service }) {
                byProvider[index].names.append(name)
            } else {
                byProvider.append((service, [name]))
            }
        }
        for (service, names) in byProvider {
            var payload = ByteBuffer()
            FactRequest(names: names, deadline: expiry(now)).encode(into: &payload)
            ask(service, payload, .facts(names), now: now, actions: &actions)
        }
    }

    private mutating func learn(_ names: [FactName], from outcome: AskOutcome) {
        guard case .reply(let list) = outcome else { return }
        let values = FactReply(list)?.values ?? [:]
        for name in names { request.facts[name] = values[name] ?? unknownFactValue }
    }

    private mutating func ask(
        _ service: String, _ payload: ByteBuffer, _ purpose: Purpose, now: MonotonicInstant, actions: inout [Action]
    ) {
        open[nextIndex] = purpose
        actions.append(.ask(index: nextIndex, service: service, payload: payload, expires: expiry(now)))
        nextIndex += 1
    }

    private func expiry(_ now: MonotonicInstant) -> MonotonicInstant {
        min(now.advanced(byMilliseconds: limits.question), deadline)
    }
}
