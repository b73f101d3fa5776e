internal import DequeModule
internal import NIOCore
public import ServiceProtocol
public import ServiceTransport

/// All table lookups under way, as a value: the facts a map wants are fetched, then its service is asked.
public struct LookupEngine: Sendable {
    /// What the driver has to do.
    public enum Action: Sendable {
        /// Ask this service.
        case ask(service: String, Ask)
        /// The service's reply could not be used.
        case uselessReply(service: String)
        /// Answer the lookup that came with this tag. `failure` says why the service could not be asked.
        case answer(tag: UInt64, LookupRequest, LookupResult, failure: String?)
    }

    private struct Entry: Sendable {
        var request: LookupRequest
        var tag: UInt64
        var waitsForFacts = false
    }

    private typealias ID = EvaluationTable<Entry>.ID

    /// The answer to lookups from now on whose service cannot be asked or answers nonsense.
    public var failureRule: LookupFailureRule
    private let service: String
    private let providers: [String: String]
    private let limit: Int
    /// Lookups under way beyond which the address is left as it is at once.
    public var maximumInFlight: Int
    /// What locality goes by when its provider cannot tell it.
    public var lastKnown = LastKnownLocality()
    private let tokenMark: UInt64
    private var table = EvaluationTable<Entry>()
    private var factCache: FactCache

    /// An engine that asks `service`, with `limit` milliseconds for each lookup.
    public init(
        service: String = "srs", providers: [String: String] = CheckCatalog.providers, limit: Int = 2_000,
        maximumInFlight: Int = 10_000, failureRule: LookupFailureRule = .notFound, factCache: FactCache = FactCache(),
        tokenMark: UInt64 = 1 << 63
    ) {
        self.service = service
        self.failureRule = failureRule
        self.providers = providers
        self.limit = limit
        self.maximumInFlight = maximumInFlight
        self.factCache = factCache
        self.tokenMark = tokenMark
    }

    /// How many lookups are under way.
    public var inFlight: Int { table.count }

    /// A lookup came in.
    public mutating func receive(
        map: String, key: String, tag: UInt64, now: MonotonicInstant, actions: inout [Action]
    ) {
        var request = LookupRequest(map: map, key: key, deadline: now.advanced(byMilliseconds: limit))
        guard table.count < maximumInFlight else {
            actions.append(.answer(tag: tag, request, failureResult, failure: "too many lookups"))
            return
        }
        var missing: [FactName] = []
        for want in CheckCatalog.lookupWants[map] ?? [] where want.attribute == "key" {
            guard let name = want.name(for: key) else { continue }
            let value = factCache.value(of: name, now: now)
            if value == nil { missing.append(name) }
            request.facts[name] = value ?? unknownFactValue
        }
        let id = table.insert(Entry(request: request, tag: tag))
        guard !missing.isEmpty, askForFacts(missing, of: id, now: now, actions: &actions) else {
            ask(request, of: id, now: now, actions: &actions)
            return
        }
        table.update(id) { $0.waitsForFacts = true }
    }

    /// The domain facts of one key have one provider. Returns whether it was asked.
    private mutating func askForFacts(
        _ names: [FactName], of id: ID, now: MonotonicInstant, actions: inout [Action]
    ) -> Bool {
        guard let kind = names.first?.kind, let provider = providers[kind] else { return false }
        let expires = now.advanced(byMilliseconds: min(cheapFactLimit, limit / 2))
        var payload = ByteBuffer()
        payload.reserveCapacity(512)
        FactRequest(names: names, deadline: expires).encode(into: &payload)
        let ask = Ask(
            token: id.token(index: 0) | tokenMark, payload: payload, expires: expires, isRepeatable: true,
            affinity: UInt64(id.place))
        actions.append(.ask(service: provider, ask))
        return true
    }

    private func ask(_ request: LookupRequest, of id: ID, now: MonotonicInstant, actions: inout [Action]) {
        var question = request
        question.facts = lastKnown.completing(question.facts)
        var payload = ByteBuffer()
        payload.reserveCapacity(512)
        question.encode(into: &payload)
        let ask = Ask(
            token: id.token(index: 1) | tokenMark, payload: payload, expires: question.deadline, isRepeatable: true,
            affinity: UInt64(id.place))
        actions.append(.ask(service: service, ask))
    }

    /// A question's outcome. Every question expires by itself, so no wake-up of its own is needed.
    public mutating func receive(
        _ outcome: AskOutcome, token: UInt64, now: MonotonicInstant, actions: inout [Action]
    ) {
        let plain = token & ~(1 << 63)
        let id = ID(token: plain)
        if ID.index(ofToken: plain) == 0 {
            if let request = learnFacts(outcome, of: id, now: now, actions: &actions) {
                ask(request, of: id, now: now, actions: &actions)
            }
            return
        }
        guard let entry = table.remove(id) else { return }
        switch outcome {
        case .reply(let list):
            let result = LookupResult(list)
            if result == nil { actions.append(.uselessReply(service: service)) }
            actions.append(
                .answer(
                    tag: entry.tag, entry.request, result ?? failureResult,
                    failure: result == nil ? "the reply could not be used" : nil))
        case .failed(let failure):
            actions.append(
                .answer(tag: entry.tag, entry.request, failureResult, failure: failure.rawValue))
        }
    }

    private var failureResult: LookupResult {
        failureRule.result(notFound: "not available, not rewritten", temporary: "not available, try again later")
    }

    /// Returns the lookup that was waiting for them. Only what was asked for is believed.
    private mutating func learnFacts(
        _ outcome: AskOutcome, of id: ID, now: MonotonicInstant, actions: inout [Action]
    ) -> LookupRequest? {
        var reply: FactReply?
        if case .reply(let list) = outcome { reply = FactReply(list) }
        var values = reply?.values ?? [:]
        var waiting: LookupRequest?
        table.update(id) { entry in
            guard entry.waitsForFacts else { return }
            entry.waitsForFacts = false
            values = values.filter { entry.request.facts[$0.key] != nil }
            for (name, value) in values { entry.request.facts[name] = value }
            waiting = entry.request
        }
        guard let waiting else { return nil }
        if case .reply = outcome, values.isEmpty,
            let provider = waiting.facts.first.flatMap({ providers[$0.name.kind] })
        {
            actions.append(.uselessReply(service: provider))
        }
        for (name, value) in values { factCache.keep(value, of: name, revision: reply?.revision, now: now) }
        return waiting
    }
}
