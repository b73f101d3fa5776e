/// What greylisting decides about one attempt, and what it remembers of it.
public enum GreylistDecision: Sendable, Hashable {
    /// The client has passed before.
    case known
    /// Refused: the triplet has not been seen before.
    case first(retryIn: Int)
    /// Refused: the triplet was seen so long ago that it counts as not seen.
    case expired(retryIn: Int)
    /// Refused: the retry came too soon.
    case tooSoon(retryIn: Int)
    /// Accepted: the client has retried, and is known from now on.
    case passed

    /// Whether the mail is to be refused for now.
    public var isRefusal: Bool {
        switch self {
        case .first, .expired, .tooSoon: true
        case .known, .passed: false
        }
    }

    /// The decision in a few words, for the decision's log line.
    public var reason: String {
        switch self {
        case .known: "known client"
        case .first(let seconds): "new triplet, \(seconds) s"
        case .expired(let seconds): "triplet expired, as new, \(seconds) s"
        case .tooSoon(let seconds): "retry too soon, \(seconds) s left"
        case .passed: "triplet passed"
        }
    }
}

extension GreylistTiming {
    /// A decision with the state it leaves behind; nil stands for "not stored".
    struct Step: Hashable {
        var decision: GreylistDecision
        var client: PassedClient?
        var triplet: WaitingTriplet?
        /// The client's waiting triplets, all of them, are to be forgotten.
        var clearsWaiting = false
    }

    /// Decides an attempt by what is stored of its client and its triplet.
    ///
    /// A triplet that would be blocked longer than any new one comes from a clock that ran ahead, or from before the
    /// setting was shortened; it begins anew, or its sender would be refused until that time comes.
    func decide(client: PassedClient?, triplet: WaitingTriplet?, now: Int) -> Step {
        if let client, client.isKnown(at: now) {
            var client = client
            if needsRenewal(client, now: now) { client.recordExpired = now &+ authTripletExpires }
            return Step(decision: .known, client: client, triplet: triplet)
        }
        guard var waiting = triplet else {
            return Step(decision: .first(retryIn: blockFor), client: client, triplet: first(at: now))
        }
        guard now <= waiting.recordExpired, waiting.blockExpired <= now &+ blockFor else {
            return Step(decision: .expired(retryIn: blockFor), client: client, triplet: first(at: now))
        }
        guard now >= waiting.blockExpired else {
            waiting.blockedCount = waiting.blockedCount == .max ? .max : waiting.blockedCount &+ 1
            return Step(
                decision: .tooSoon(retryIn: waiting.blockExpired &- now), client: client, triplet: waiting)
        }
        let passed = PassedClient(initTime: now, recordExpired: now &+ authTripletExpires)
        return Step(decision: .passed, client: passed, triplet: nil, clearsWaiting: true)
    }
}
