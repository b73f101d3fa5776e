/// What the rules that cover one account amount to: for each limit the first rule that sets it.
public struct RateLimit: Sendable, Hashable {
    /// A limit and the rule it comes from.
    public struct Bound: Sendable, Hashable {
        /// The limit's name.
        public var name: LimitName
        /// The limit; 0 is explicitly unlimited.
        public var value: Int64
        /// Where it comes from.
        public var rule: ThrottleRule

        /// Whether `amount` is too much.
        func isExceeded(by amount: Int64) -> Bool { value > 0 && amount > value }

        /// The rule in short, for reasons.
        var origin: String { "id=\(rule.id) account=\(rule.account)" }

        /// The rule and its value, as log lines show them.
        var detail: String { "id=\(rule.id)/\(name.rawValue)=\(value)\(name.unit)/account=\(rule.account); " }
    }

    /// The limits that are set.
    public let bounds: [LimitName: Bound]
    /// Those that look at one message by itself: its size, its recipients.
    let single: [Bound]
    /// Those that count over a period: messages, bytes.
    let counted: [Bound]
    /// The rules of ``counted``; of one that sets both there is one.
    let countingRules: [ThrottleRule]
    /// All limits with their rules, in the rules' order, for log lines.
    let detail: String

    /// The limits of rules in their order of precedence.
    public init(_ rules: [ThrottleRule], withDetail: Bool = false) {
        var bounds: [LimitName: Bound] = [:]
        var detail = ""
        for rule in rules where bounds.count < LimitName.allCases.count {
            for name in LimitName.allCases where bounds[name] == nil {
                guard let value = rule.limits[name] else { continue }
                let bound = Bound(name: name, value: value, rule: rule)
                bounds[name] = bound
                if withDetail { detail += bound.detail }
            }
        }
        self.bounds = bounds
        self.detail = detail
        single = [LimitName.messageSize, .recipients].compactMap { bounds[$0] }
        counted = [LimitName.messages, .quota].compactMap { bounds[$0] }
        let counting = counted.map(\.rule)
        countingRules = counting.count == 2 && counting[0].id == counting[1].id ? [counting[0]] : counting
    }

    /// The place in ``countingRules`` of the rule that a limit in ``counted`` comes from.
    func placeOfRule(ofCounted index: Int) -> Int {
        min(index, countingRules.count - 1)
    }
}
