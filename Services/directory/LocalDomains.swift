public import MailTypes

/// The mail domains of this server: which are its own, which are other names for them, which it is backup MX for.
///
/// Domains are compared in normalised form, so a U-label equals its A-label.
public struct LocalDomains: Sendable, Hashable {
    /// What a domain is to this server. The raw value is what the administration tools print.
    public enum Kind: String, Sendable, Hashable, CaseIterable {
        /// It has mailboxes here.
        case local
        /// Another name for a domain with mailboxes.
        case alias
        /// Mail for it is passed on to its primary MX.
        case backupMX = "backup-mx"
    }

    private var kinds: [Domain: Kind] = [:]
    private var targets: [Domain: Domain] = [:]
    private var hostnames: Set<Domain> = []

    /// Takes the three lists. A domain in several of them counts as what it is first: local, alias, backup MX.
    /// - Parameter hostnames: The names of this host, which are local too.
    public init(
        local: [Domain] = [], aliases: [Domain: Domain] = [:], backupMX: [Domain] = [], hostnames: [Domain] = []
    ) {
        for domain in backupMX { kinds[domain] = .backupMX }
        for (alias, target) in aliases {
            kinds[alias] = .alias
            targets[alias] = target
        }
        for domain in local {
            kinds[domain] = .local
            targets[domain] = nil
        }
        self.hostnames = Set(hostnames)
    }

    /// Whether mail for the domain is this server's business: a domain of one of the lists, or a name of the host.
    public func contains(_ domain: Domain) -> Bool {
        kinds[domain] != nil || hostnames.contains(domain)
    }

    /// The domain that an alias domain stands for; nil for any other.
    public func aliasTarget(of domain: Domain) -> Domain? {
        targets[domain]
    }

    /// What the domain is; nil when it is in none of the lists.
    public func kind(of domain: Domain) -> Kind? {
        kinds[domain]
    }

    /// All domains of the lists in alphabetical order.
    public var all: [(domain: Domain, kind: Kind, target: Domain?)] {
        kinds.sorted { $0.key.text < $1.key.text }.map { ($0.key, $0.value, targets[$0.key]) }
    }
}
