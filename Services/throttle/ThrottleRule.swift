public import MailTypes

/// A row of the table `throttle`: the limits of one account and kind.
public struct ThrottleRule: Sendable, Hashable {
    /// The row's id.
    public var id: Int64
    /// The account as it is stored: also the name under which networks and wildcards are counted.
    public var account: String
    /// What the account covers.
    public var pattern: AddressPattern
    /// Whose messages are counted.
    public var kind: ThrottleKind
    /// The stored priority; larger is looked at first. Not above zero: the one of the account's type counts.
    public var priority: Int64
    /// The length of a window in seconds. A rule without one is not applied.
    public var period: Int64
    /// The limits that are set: above zero a limit, zero explicitly none. What is missing is inherited.
    public var limits: [LimitName: Int64]

    /// A rule; nil when `account` covers nothing. A limit below zero is one that is not set.
    public init?(
        id: Int64, account: String, kind: ThrottleKind, priority: Int64 = 0, period: Int64,
        limits: [LimitName: Int64] = [:]
    ) {
        guard let pattern = AddressPattern(parsing: account) else { return nil }
        self.id = id
        self.account = account
        self.pattern = pattern
        self.kind = kind
        self.priority = priority
        self.period = period
        self.limits = limits.filter { $0.value >= 0 }
    }

    /// Whether the rule counts a client, or clients, and so a message once, however many recipients it has.
    var countsClients: Bool {
        switch pattern {
        case .ip, .wildcardIP, .cidr, .catchallIP: true
        case .email, .wildcardAddress, .domain, .subdomain, .topLevelDomain, .catchall: false
        }
    }

    /// The account under which a message is counted. A limit of a domain counts each of its users apart; networks and
    /// wildcards count together what they cover.
    func trackingKey(client: ClientAddress, account key: String) -> TrackingKey {
        switch pattern {
        case .ip, .catchallIP: TrackingKey(rule: id, account: client.description)
        case .wildcardIP, .cidr, .wildcardAddress: TrackingKey(rule: id, account: account)
        case .email, .domain, .subdomain, .topLevelDomain, .catchall: TrackingKey(rule: id, account: key)
        }
    }

    /// The rule's place among those that cover one account.
    func order(isAliasDerived: Bool) -> AddressPatternOrder {
        // Other tools leave 0 in the rows of networks.
        let stored = priority > 0 ? Int(clamping: priority) : nil
        return AddressPatternOrder(pattern, priority: stored, isAliasDerived: isAliasDerived, id: id)
    }
}

/// The name of one counter: a rule and the account it counts.
public struct TrackingKey: Sendable, Hashable {
    /// The rule's id.
    public var rule: Int64
    /// An address, a client, or the account of the rule.
    public var account: String

    /// The counter of an account under a rule.
    public init(rule: Int64, account: String) {
        self.rule = rule
        self.account = account
    }
}
