public import MailTypes

/// All rules that are applied, as one snapshot, arranged for looking them up.
public struct ThrottleRules: Sendable {
    private struct Table {
        /// By the canonical text of the account. Two spellings of it may be stored as two rows.
        var byAccount: [String: [ThrottleRule]] = [:]
        var networks: [(network: Network, rule: ThrottleRule)] = []
        /// The kinds of accounts there are: no name of another kind has to be made to be looked for.
        var kinds: Set<AddressPattern.Kind> = []

        var hasWildcards: Bool { kinds.contains(.wildcardIP) }
        /// Whether any account is an address or a domain.
        var namesAddresses: Bool { !kinds.isDisjoint(with: Self.ofAddresses) }

        private static let ofAddresses: Set<AddressPattern.Kind> = [
            .email, .wildcardAddress, .domain, .subdomain, .topLevelDomain,
        ]
    }

    /// How many rules are applied.
    public let count: Int
    private var tables: [ThrottleKind: Table] = [:]

    /// A snapshot of `rules`; those without a period are left out.
    public init(_ rules: [ThrottleRule] = []) {
        let applied = rules.filter { $0.period > 0 }
        count = applied.count
        for rule in applied {
            tables[rule.kind, default: Table()].byAccount[rule.pattern.description, default: []].append(rule)
            tables[rule.kind]?.kinds.insert(rule.pattern.kind)
            guard case .cidr(let network) = rule.pattern else { continue }
            tables[rule.kind, default: Table()].networks.append((network, rule))
        }
    }

    /// Whether there is any rule of this kind.
    public func hasRules(_ kind: ThrottleKind) -> Bool {
        tables[kind] != nil
    }

    /// The rules of `kind` that cover the client or the account, those that decide first. An account without a name
    /// has only the client's.
    public func covering(
        _ account: ThrottleAccount, client: ClientAddress, kind: ThrottleKind, allWildcards: Bool
    ) -> [ThrottleRule] {
        guard let table = tables[kind] else { return [] }
        var found: [Int64: (order: AddressPatternOrder, rule: ThrottleRule)] = [:]
        func take(_ rules: [ThrottleRule]?, isAliasDerived: Bool = false) {
            for rule in rules ?? [] where found[rule.id] == nil {
                found[rule.id] = (rule.order(isAliasDerived: isAliasDerived), rule)
            }
        }
        for text in Self.entries(client, in: table, allWildcards: allWildcards) { take(table.byAccount[text]) }
        if !table.networks.isEmpty, let address = client.address {
            take(table.networks.filter { $0.network.contains(address) }.map(\.rule))
        }
        if table.namesAddresses {
            for text in account.entries { take(table.byAccount[text]) }
            for text in account.aliasEntries { take(table.byAccount[text], isAliasDerived: true) }
        } else if !account.key.isEmpty {
            take(table.byAccount[Mailbox.catchAll])
        }
        if found.count == 1, let only = found.first { return [only.value.rule] }
        return found.values.sorted { $0.order < $1.order }.map { $0.rule }
    }

    private static func entries(_ client: ClientAddress, in table: Table, allWildcards: Bool) -> [String] {
        guard let address = client.address else { return [anyClient] }
        let own = table.kinds.contains(.ip) ? [address.description, anyClient] : [anyClient]
        return table.hasWildcards ? own + client.wildcardForms(all: allWildcards) : own
    }

    private static let anyClient = AddressPattern.catchallIP.description
}
