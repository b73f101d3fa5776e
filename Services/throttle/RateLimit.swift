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
    }

    /// The limits that count over a period, of which the same rule may set both.
    var counted: [Bound] {
        [LimitName.messages, .quota].compactMap { bounds[$0] }
    }
}
