public import MailTypes

/// All rules that are applied, as one snapshot, arranged for looking them up.
public struct ThrottleRules: Sendable {
    /// The rules of one kind.
    private struct Table {
        /// By the canonical text of the account. Two spellings of it may be stored as two rows.
        private(set) var byAccount: [String: [ThrottleRule]] = [:]
        private(set) var networks: [(network: Network, rule: ThrottleRule)] = []
        /// The limits of the rules for everybody, by their ids: most accounts are covered by one of these only. Those of
        /// the others, which may be many, are made when they are needed.
        private(set) var limitsForAll: [Int64: RateLimit] = [:]
        // What there is none of need not be named to be looked for.
        private(set) var hasAddressesOfClients = false
        private(set) var hasWildcards = false
        private(set) var hasAnyClient = false
        /// Whether any account is an address or a domain.
        private(set) var namesAddresses = false

        mutating func add(_ rule: ThrottleRule) {
            byAccount[rule.pattern.description, default: []].append(rule)
            switch rule.pattern {
            case .ip: hasAddressesOfClients = true
            case .wildcardIP: hasWildcards = true
            case .cidr(let network): networks.append((network, rule))
            case .catchallIP:
                hasAnyClient = true
                limitsForAll[rule.id] = RateLimit([rule])
            case .email, .wildcardAddress, .domain, .subdomain, .topLevelDomain: namesAddresses = true
            case .catchall: limitsForAll[rule.id] = RateLimit([rule])
            }
        }
    }

    /// How many rules are applied.
    public let count: Int
    private var outbound: Table?
    private var external: Table?
    private var inbound: Table?

    /// A snapshot of `rules`; those without a period are left out.
    public init(_ rules: [ThrottleRule] = []) {
        let applied = rules.filter { $0.period > 0 }
        count = applied.count
        for rule in applied {
            switch rule.kind {
            case .outbound: Self.add(rule, to: &outbound)
            case .external: Self.add(rule, to: &external)
            case .inbound: Self.add(rule, to: &inbound)
            }
        }
    }

    /// In place: there may be a rule for each of many users.
    private static func add(_ rule: ThrottleRule, to table: inout Table?) {
        if table == nil { table = Table() }
        table?.add(rule)
    }

    private func table(_ kind: ThrottleKind) -> Table? {
        switch kind {
        case .outbound: outbound
        case .external: external
        case .inbound: inbound
        }
    }

    /// Whether there is any rule of this kind.
    public func hasRules(_ kind: ThrottleKind) -> Bool {
        table(kind) != nil
    }

    /// What the rules that cover the client or the account amount to.
    func limit(
        of subject: ThrottleSubject, client: ClientAddress, allWildcards: Bool, withDetail: Bool
    ) -> RateLimit {
        let rules = covering(subject.account, client: client, kind: subject.kind, allWildcards: allWildcards)
        if rules.count == 1, !withDetail, let limit = table(subject.kind)?.limitsForAll[rules[0].id] { return limit }
        return RateLimit(rules, withDetail: withDetail)
    }

    /// The rules of `kind` that cover the client or the account, those that decide first. An account without a name
    /// has only the client's.
    public func covering(
        _ account: ThrottleAccount, client: ClientAddress, kind: ThrottleKind, allWildcards: Bool
    ) -> [ThrottleRule] {
        guard let table = table(kind) else { return [] }
        var found: [ThrottleRule] = []
        Self.takeOfClient(client, in: table, allWildcards: allWildcards, into: &found)
        if table.namesAddresses {
            for text in account.entries { Self.take(table.byAccount[text], into: &found) }
        } else if !account.key.isEmpty {
            Self.take(table.byAccount[Mailbox.catchAll], into: &found)
        }
        let own = found.count
        if table.namesAddresses {
            for text in account.aliasEntries { Self.take(table.byAccount[text], into: &found) }
        }
        guard found.count > 1 else { return found }
        return found.enumerated().map { (order: $1.order(isAliasDerived: $0 >= own), rule: $1) }
            .sorted { $0.order < $1.order }.map(\.rule)
    }

    private static func takeOfClient(
        _ client: ClientAddress, in table: Table, allWildcards: Bool, into found: inout [ThrottleRule]
    ) {
        if table.hasAnyClient { take(table.byAccount[anyClient], into: &found) }
        guard let address = client.address else { return }
        if table.hasAddressesOfClients { take(table.byAccount[address.description], into: &found) }
        if table.hasWildcards {
            for text in client.wildcardForms(all: allWildcards) { take(table.byAccount[text], into: &found) }
        }
        for (network, rule) in table.networks where network.contains(address) { take([rule], into: &found) }
    }

    /// Adds those that are not there yet. Few rules cover one account.
    private static func take(_ rules: [ThrottleRule]?, into found: inout [ThrottleRule]) {
        for rule in rules ?? [] where !found.contains(where: { $0.id == rule.id }) { found.append(rule) }
    }

    private static let anyClient = AddressPattern.catchallIP.description
}
