/// The windows of one batch in memory: what each message is decided on, and what has to be written afterwards.
public struct RateLedger: Sendable {
    /// Unix seconds, the same for the whole batch.
    public let now: Int64
    /// The windows by counter. One that is missing has counted nothing.
    public private(set) var windows: [TrackingKey: RateWindow]
    /// The counters whose windows have changed.
    public private(set) var changed: Set<TrackingKey> = []

    /// A ledger of stored windows.
    public init(windows: [TrackingKey: RateWindow] = [:], now: Int64) {
        self.windows = windows
        self.now = now
    }

    /// What a message would add to a counter.
    private struct Charge {
        var period: Int64
        var messages: Int64 = 0
        var bytes: Int64 = 0
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
        var charges: [TrackingKey: Charge] = [:]
        var details: [String] = []
        for check in plan.checks {
            let before = plan.wantsDetails ? charges : [:]
            add(check, of: plan.message, to: &charges)
            if let excess = excess(of: check, plan.message, charges) {
                return refusal(check, excess, plan, details)
            }
            if plan.wantsDetails { details += passed(check, plan, before, charges) }
        }
        for (key, charge) in charges { settle(charge, on: key) }
        return ThrottleVerdict(outcome: .none, details: details)
    }

    private func window(_ key: TrackingKey, period: Int64) -> RateWindow {
        windows[key]?.current(at: now, period: period) ?? RateWindow(startingAt: now, period: period)
    }

    private mutating func settle(_ charge: Charge, on key: TrackingKey) {
        var window = window(key, period: charge.period)
        window.count(messages: charge.messages, bytes: charge.bytes, at: now)
        windows[key] = window
        changed.insert(key)
    }

    private func add(_ check: ThrottlePlan.Check, of message: ThrottleMessage, to charges: inout [TrackingKey: Charge])
    {
        for rule in check.countingRules {
            let key = check.key(of: rule, message)
            // A client has sent one message, however many recipients ask for its count.
            if rule.countsClients, charges[key] != nil { continue }
            var charge = charges[key] ?? Charge(period: rule.period)
            let messages = rule.countsClients ? message.recipientCount : check.subject.messages
            charge.messages = charge.messages.saturatingAdding(messages)
            charge.bytes = charge.bytes.saturatingAdding(message.size)
            charges[key] = charge
        }
    }

    private func excess(
        of check: ThrottlePlan.Check, _ message: ThrottleMessage, _ charges: [TrackingKey: Charge]
    ) -> Excess? {
        for (name, amount) in [(LimitName.messageSize, message.size), (.recipients, message.recipientCount)] {
            guard let bound = check.limit.bounds[name], bound.isExceeded(by: amount) else { continue }
            return Excess(bound: bound, before: nil, added: amount)
        }
        for bound in check.limit.counted {
            let key = check.key(of: bound.rule, message)
            let before = window(key, period: bound.rule.period).count(of: bound.name)
            let added = charges[key].map { bound.name == .quota ? $0.bytes : $0.messages } ?? 0
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
        _ check: ThrottlePlan.Check, _ plan: ThrottlePlan, _ before: [TrackingKey: Charge],
        _ charges: [TrackingKey: Charge]
    ) -> [String] {
        let text = ThrottleText(check: check, message: plan.message)
        return check.limit.counted.map { bound in
            let key = check.key(of: bound.rule, plan.message)
            var window = window(key, period: bound.rule.period)
            window.count(messages: before[key]?.messages ?? 0, bytes: before[key]?.bytes ?? 0, at: now)
            let counted = window.count(of: bound.name)
            let added = charges[key].map { $0.messages - (before[key]?.messages ?? 0) } ?? 0
            return text.passed(bound, counted, added: added, secondsLeft: window.secondsLeft(at: now))
        }
    }
}
