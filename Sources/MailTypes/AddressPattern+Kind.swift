extension AddressPattern {
    /// The kinds of entries, named as the administration tools print them.
    public enum Kind: String, Sendable, Hashable, CaseIterable {
        /// `user@example.com`
        case email
        /// `user@*`
        case wildcardAddress = "wildcard_addr"
        /// `192.0.2.1`
        case ip
        /// `192.0.2.*`
        case wildcardIP = "wildcard_ip"
        /// `192.0.2.0/24`
        case cidr
        /// `@example.com`
        case domain
        /// `@.example.com`
        case subdomain
        /// `@.com`
        case topLevelDomain = "top_level_domain"
        /// `@ip`
        case catchallIP = "catchall_ip"
        /// `@.`
        case catchall

        /// The priority in the tables for greylisting and throttling, 0 to 100; the higher one decides.
        public var priority: Int {
            switch self {
            case .email: 100
            case .wildcardAddress: 90
            case .ip: 80
            case .wildcardIP, .cidr: 70
            case .domain: 60
            case .subdomain: 50
            case .topLevelDomain: 40
            case .catchallIP, .catchall: 0
            }
        }

        /// The priority in Amavisd's tables `mailaddr` and `users`, 0 to 10; the higher one decides.
        public var amavisPriority: Int {
            switch self {
            case .email: 10
            case .ip: 9
            case .wildcardIP: 8
            case .wildcardAddress, .cidr: 7
            case .domain: 5
            case .subdomain: 3
            case .topLevelDomain: 2
            case .catchallIP: 1
            case .catchall: 0
            }
        }
    }

    /// The kind of the entry.
    public var kind: Kind {
        switch self {
        case .email: .email
        case .wildcardAddress: .wildcardAddress
        case .ip: .ip
        case .wildcardIP: .wildcardIP
        case .cidr: .cidr
        case .domain: .domain
        case .subdomain: .subdomain
        case .topLevelDomain: .topLevelDomain
        case .catchallIP: .catchallIP
        case .catchall: .catchall
        }
    }

    /// The priority in the tables for greylisting and throttling.
    public var priority: Int { kind.priority }

    /// The priority in Amavisd's tables.
    public var amavisPriority: Int { kind.amavisPriority }

    /// The labels of the domain part; 0 for an entry without one.
    var labelCount: Int {
        switch self {
        case .email(let mailbox): mailbox.domain.labelCount
        case .domain(let domain), .subdomain(let domain), .topLevelDomain(let domain): domain.labelCount
        case .wildcardAddress, .ip, .wildcardIP, .cidr, .catchallIP, .catchall: 0
        }
    }

    /// The bits of a client's address that do not count; 0 for an entry that names no clients.
    var hostBits: Int {
        switch self {
        case .wildcardIP(let wildcard): wildcard.hostBits
        case .cidr(let network): network.hostBits
        default: 0
        }
    }
}
