/// The windows of one batch in memory: what each message is decided on, and what has to be written afterwards.
public struct RateLedger: Sendable {
    /// What a message would add to a counter.
    private struct Charge {
        var messages: Int64 = 0
        var bytes: Int64 = 0
    }

    private struct Counter {
        /// Nil when nothing has been counted.
        var window: RateWindow?
        var hasChanged = false
        /// Of the message that is being decided.
        var charge: Charge?
    }

    /// Unix seconds, the same for the whole batch.
    public let now: Int64
    private var counters: [Counter] = []
    private var places: [TrackingKey: Int] = [:]

    /// A ledger of counters and their stored windows; nil stands for a counter that has counted nothing.
    public init(_ stored: [(key: TrackingKey, window: RateWindow?)] = [], now: Int64) {
        self.now = now
        counters.reserveCapacity(stored.count)
        places.reserveCapacity(stored.count)
        for (key, window) in stored {
            places[key] = counters.count
            counters.append(Counter(window: window))
        }
    }

    /// The window of a counter; nil when it has counted nothing.
    public func window(of key: TrackingKey) -> RateWindow? {
        places[key].flatMap { counters[$0].window }
    }

    /// The window of a counter by its place among those of the beginning; nil when it is as it was.
    public func changedWindow(at place: Int) -> RateWindow? {
        counters[place].hasChanged ? counters[place].window : nil
    }

    /// How many counters have changed.
    public var changes: Int { counters.count(where: \.hasChanged) }

    private mutating func place(of key: TrackingKey) -> Int {
        if let place = places[key] { return place }
        places[key] = counters.count
        counters.append(Counter())
        return counters.count - 1
    }

    /// A limit that is exceeded: what there was, what the message would add.
    struct Excess {
        var bound: RateLimit.Bound
        var before: Int64?
        var added: Int64
    }

    /// Decides a message: when no limit of any account refuses it, it is counted for all of them, else for none. The
    /// first limit that refuses it gives the answer.
    public mutating func decide(_ plan: ThrottlePlan) -> ThrottleVerdict {
        var charged: [(place: Int, period: Int64)] = []
        defer { for (place, _) in charged { counters[place].charge = nil } }
        var details: [String] = []
        for check in plan.checks {
            let places = check.counters.map { place(of: $0) }
            let before = plan.wantsDetails ? places.map { counters[$0].charge } : []
            add(check, at: places, of: plan.message, &charged)
            if let excess = excess(of: check, at: places, plan.message) {
                return refusal(check, excess, plan, details)
            }
            if plan.wantsDetails { details += passed(check, at: places, plan, before) }
        }
        for (place, period) in charged { settle(at: place, period: period) }
        return ThrottleVerdict(outcome: .none, details: details)
    }

    private func window(at place: Int, period: Int64) -> RateWindow {
        counters[place].window?.current(at: now, period: period) ?? RateWindow(startingAt: now, period: period)
    }

    private mutating func settle(at place: Int, period: Int64) {
        guard let charge = counters[place].charge else { return }
        var window = window(at: place, period: period)
        window.count(messages: charge.messages, bytes: charge.bytes, at: now)
        counters[place].window = window
        counters[place].hasChanged = true
    }

    private mutating func add(
        _ check: ThrottlePlan.Check, at places: [Int], of message: ThrottleMessage,
        _ charged: inout [(place: Int, period: Int64)]
    ) {
        for (rule, place) in zip(check.limit.countingRules, places) {
            // A client has sent one message, however many recipients ask for its count.
            if rule.countsClients, counters[place].charge != nil { continue }
            if counters[place].charge == nil { charged.append((place, rule.period)) }
            var charge = counters[place].charge ?? Charge()
            let messages = rule.countsClients ? message.recipientCount : check.subject.messages
            charge.messages = charge.messages.saturatingAdding(messages)
            charge.bytes = charge.bytes.saturatingAdding(message.size)
            counters[place].charge = charge
        }
    }

    private func excess(of check: ThrottlePlan.Check, at places: [Int], _ message: ThrottleMessage) -> Excess? {
        for bound in check.limit.single {
            let amount = bound.name == .messageSize ? message.size : message.recipientCount
            guard bound.isExceeded(by: amount) else { continue }
            return Excess(bound: bound, before: nil, added: amount)
        }
        for (index, bound) in check.limit.counted.enumerated() {
            let place = places[check.limit.placeOfRule(ofCounted: index)]
            let before = window(at: place, period: bound.rule.period).count(of: bound.name)
            let added = counters[place].charge.map { bound.name == .quota ? $0.bytes : $0.messages } ?? 0
            guard bound.isExceeded(by: before.saturatingAdding(added)) else { continue }
            return Excess(bound: bound, before: before, added: added)
        }
        return nil
    }

    // MARK: - Words

    private func refusal(
        _ check: ThrottlePlan.Check, _ excess: Excess, _ plan: ThrottlePlan, _ details: [String]
    ) -> ThrottleVerdict {
        let text = ThrottleText(check: check, message: plan.message)
        return ThrottleVerdict(
            outcome: ThrottleVerdict.Outcome(exceeding: excess.bound.name), reason: text.reason(excess),
            details: plan.wantsDetails ? details + [text.refused(excess)] : [])
    }

    private func passed(
        _ check: ThrottlePlan.Check, at places: [Int], _ plan: ThrottlePlan, _ before: [Charge?]
    ) -> [String] {
        let text = ThrottleText(check: check, message: plan.message)
        return check.limit.counted.enumerated().map { index, bound in
            let rule = check.limit.placeOfRule(ofCounted: index)
            var window = window(at: places[rule], period: bound.rule.period)
            let (old, new) = (before[rule], counters[places[rule]].charge)
            window.count(messages: old?.messages ?? 0, bytes: old?.bytes ?? 0, at: now)
            let counted = window.count(of: bound.name)
            let added = new.map { $0.messages - (old?.messages ?? 0) } ?? 0
            return text.passed(bound, counted, added: added, secondsLeft: window.secondsLeft(at: now))
        }
    }
}
