/// A message and the limits it is checked against.
public struct ThrottlePlan: Sendable {
    /// One account and its limits.
    struct Check: Sendable {
        var subject: ThrottleSubject
        var limit: RateLimit

        /// The rules that count the message, each once.
        var countingRules: [ThrottleRule] {
            let rules = limit.counted.map(\.rule)
            return rules.count == 2 && rules[0].id == rules[1].id ? [rules[0]] : rules
        }

        func key(of rule: ThrottleRule, _ message: ThrottleMessage) -> TrackingKey {
            rule.trackingKey(client: message.client, account: subject.account.key)
        }
    }

    /// The message.
    public let message: ThrottleMessage
    let checks: [Check]
    let wantsDetails: Bool

    /// The checks of `subjects` by `rules`; accounts without limits are left out.
    public init(
        message: ThrottleMessage, subjects: [ThrottleSubject], rules: ThrottleRules, allWildcards: Bool = false,
        wantsDetails: Bool = false
    ) {
        self.message = message
        self.wantsDetails = wantsDetails
        checks = subjects.compactMap { subject in
            let covering = rules.covering(
                subject.account, client: message.client, kind: subject.kind, allWildcards: allWildcards)
            let limit = RateLimit(covering, withDetail: wantsDetails)
            return limit.bounds.isEmpty ? nil : Check(subject: subject, limit: limit)
        }
    }

    /// The counters that the decision depends on.
    public var keys: [TrackingKey] {
        checks.flatMap { check in check.countingRules.map { check.key(of: $0, message) } }
    }
}
