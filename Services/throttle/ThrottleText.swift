/// The words of a check's decision: the short reason, and the full lines for the log.
struct ThrottleText {
    var check: ThrottlePlan.Check
    var message: ThrottleMessage

    private var side: String { check.subject.kind.side }
    private var account: String { check.subject.account.key }

    /// For example `sender throttle for max_msgs, 5+1/5, id=3 account=@.`.
    func reason(_ excess: RateLedger.Excess) -> String {
        let bound = excess.bound
        let amount = excess.before.map { "\($0)+\(excess.added)" } ?? "\(excess.added)"
        let whose = check.subject.kind == .inbound && !account.isEmpty ? " recipient=\(account)" : ""
        return "\(side) throttle for \(bound.name.rawValue), \(amount)/\(bound.value), \(bound.origin)\(whose)"
    }

    /// The line about a limit that refuses the message.
    func refused(_ excess: RateLedger.Excess) -> String {
        "[\(message.client)] [\(account)] Quota exceeded: \(side) throttle for \(excess.bound.name.rawValue), "
            + "\(amounts(excess)). (\(check.limit.detail))"
    }

    private func amounts(_ excess: RateLedger.Excess) -> String {
        switch excess.bound.name {
        case .messages:
            let before = excess.before ?? 0
            let after = before.saturatingAdding(excess.added)
            return "recipient_count=\(message.recipientCount), \(before)->\(after)/\(excess.bound.value)"
        case .quota: return "current: \(excess.before ?? 0)"
        case .messageSize: return "current: \(excess.added) bytes"
        case .recipients: return "current: \(excess.added)"
        }
    }

    /// The line about a counted limit that lets the message pass.
    func passed(_ bound: RateLimit.Bound, _ counted: Int64, added: Int64, secondsLeft: Int64) -> String {
        let change = bound.name == .messages ? "\(counted)->\(counted.saturatingAdding(added))" : "\(counted)"
        return "[\(message.client)] \(side) throttle, \(account) -> \(bound.name.rawValue) "
            + "(\(change)/\(bound.value), period: \(bound.rule.period) seconds, \(Self.timeLeft(secondsLeft)))"
    }

    /// For example `time left: 1 hours, 2 minutes, 3 seconds`; parts that are zero are left out.
    static func timeLeft(_ seconds: Int64) -> String {
        let parts = [(seconds / 3600, "hours"), (seconds / 60 % 60, "minutes"), (seconds % 60, "seconds")]
        let words = parts.filter { $0.0 > 0 }.map { "\($0.0) \($0.1)" }
        return words.isEmpty ? "" : "time left: " + words.joined(separator: ", ")
    }
}
