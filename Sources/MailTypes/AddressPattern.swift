/// What a list entry or an account of a policy covers: an address, a domain, clients, everything.
public enum AddressPattern: Sendable, Hashable {
    /// One address: `user@example.com`.
    case email(Mailbox)
    /// One local part at every domain: `user@*`. The local part is in lower case.
    case wildcardAddress(localPart: String)
    /// One client: `192.0.2.1`.
    case ip(IPAddress)
    /// Clients by fields: `192.0.2.*`.
    case wildcardIP(WildcardIPv4)
    /// The clients of a network: `192.0.2.0/24`.
    case cidr(Network)
    /// The addresses of a domain: `@example.com`.
    case domain(Domain)
    /// The addresses of a domain and of all names below it: `@.example.com`.
    case subdomain(Domain)
    /// The addresses below a top-level domain: `@.com`.
    case topLevelDomain(Domain)
    /// Every client: `@ip`.
    case catchallIP
    /// Everything: `@.`.
    case catchall

    /// Reads an entry; nil for a text that is of no kind. A domain after `@` needs a dot, and host bits of a network
    /// are cleared.
    public init?(parsing text: String) {
        if text.hasPrefix("@.") {
            self.init(afterAtDot: text.dropFirst(2))
        } else if text.hasPrefix("@") {
            self.init(afterAt: text.dropFirst())
        } else if let mailbox = Mailbox(parsing: text) {
            self = .email(mailbox)
        } else if let localPart = AddressPattern.wildcardLocalPart(text) {
            self = .wildcardAddress(localPart: localPart)
        } else {
            self.init(client: text)
        }
    }

    private init?(afterAtDot rest: Substring) {
        if rest.isEmpty {
            self = .catchall
            return
        }
        guard let domain = Domain(parsing: rest) else { return nil }
        if domain.isListDomain {
            self = .subdomain(domain)
        } else if domain.isTopLevelDomain {
            self = .topLevelDomain(domain)
        } else {
            return nil
        }
    }

    private init?(afterAt rest: Substring) {
        if rest.lowercased() == "ip" {
            self = .catchallIP
            return
        }
        guard let domain = Domain(parsing: rest), domain.isListDomain else { return nil }
        self = .domain(domain)
    }

    private init?(client text: String) {
        if let address = IPAddress(parsing: text) {
            self = .ip(address)
        } else if let network = Network(parsing: text) {
            self = .cidr(network)
        } else if let wildcard = WildcardIPv4(parsing: text) {
            self = .wildcardIP(wildcard)
        } else {
            return nil
        }
    }

    private static func wildcardLocalPart(_ text: String) -> String? {
        guard text.utf8.count <= Mailbox.maximumLength, text.hasSuffix("@*"), text.utf8.count > 2 else { return nil }
        let allowed = "_-.+=".utf8
        let localPart = text.dropLast(2)
        let isPlain = localPart.utf8.allSatisfy { $0.isASCIILetter || $0.isASCIIDigit || allowed.contains($0) }
        return isPlain ? localPart.lowercased() : nil
    }
}

extension AddressPattern: CustomStringConvertible {
    /// The entry as it is stored: lower case, addresses of clients in canonical form.
    public var description: String {
        switch self {
        case .email(let mailbox): mailbox.text
        case .wildcardAddress(let localPart): "\(localPart)@*"
        case .ip(let address): address.description
        case .wildcardIP(let wildcard): wildcard.description
        case .cidr(let network): network.description
        case .domain(let domain): "@\(domain.text)"
        case .subdomain(let domain), .topLevelDomain(let domain): "@.\(domain.text)"
        case .catchallIP: "@ip"
        case .catchall: Mailbox.catchAll
        }
    }
}
