/// A message and the limits it is checked against.
public struct ThrottlePlan: Sendable {
    /// One account and its limits.
    struct Check: Sendable {
        let subject: ThrottleSubject
        let limit: RateLimit
        /// The counter of each rule that counts the message, in the order of ``RateLimit/countingRules``.
        let counters: [TrackingKey]

        init(subject: ThrottleSubject, limit: RateLimit, message: ThrottleMessage) {
            self.subject = subject
            self.limit = limit
            counters = limit.countingRules.map {
                $0.trackingKey(client: message.client, account: subject.account.key)
            }
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
            let limit = rules.limit(
                of: subject, client: message.client, allWildcards: allWildcards, withDetail: wantsDetails)
            return limit.bounds.isEmpty ? nil : Check(subject: subject, limit: limit, message: message)
        }
    }

    /// The counters that the decision depends on.
    public var counters: [TrackingKey] {
        checks.flatMap(\.counters)
    }
}
