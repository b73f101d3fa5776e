public import Configuration
internal import MailTypes
public import ServiceProtocol

/// The mapping `directory`: what is known about accounts and domains.
public struct DirectoryConfiguration: ServiceConfiguration {
    /// `local-domains`: the domains that have mailboxes here, in A-label form. Default: none.
    public var localDomains: [String]
    /// `alias-domains`: another name for a domain, and that domain; in A-label form. Default: none.
    public var aliasDomains: [(alias: String, target: String)]
    /// `backup-mx-domains`: the domains this server is backup MX for, in A-label form. Default: none.
    public var backupMXDomains: [String]

    /// Asks the mapping for every key there is.
    public init(from mapping: ConfigurationMapping, common: CommonConfiguration) {
        localDomains = Self.domains("local-domains", in: mapping)
        backupMXDomains = Self.domains("backup-mx-domains", in: mapping)
        aliasDomains = Self.aliases(in: mapping.mapping("alias-domains"))
        for (alias, _) in aliasDomains where localDomains.contains(alias) {
            mapping.report("alias-domains", "\(alias) is in local-domains as well")
        }
    }

    private static func domains(_ key: String, in mapping: ConfigurationMapping) -> [String] {
        var seen: Set<String> = []
        return mapping.value(key, default: [], as: .list(of: .domain)).filter { seen.insert($0).inserted }
    }

    private static func aliases(in mapping: ConfigurationMapping) -> [(alias: String, target: String)] {
        var seen: Set<String> = []
        return mapping.allItems().compactMap { name, item in
            guard let alias = Domain(parsing: name)?.text else {
                item.report("\"\(name)\" is not a domain name")
                return nil
            }
            guard let target = item.value(as: .domain) else { return nil }
            guard seen.insert(alias).inserted else {
                item.report("\(alias) is given twice")
                return nil
            }
            guard alias != target else {
                item.report("\(alias) cannot be an alias of itself")
                return nil
            }
            return (alias, target)
        }
    }

    /// The configuration with every key written out.
    public func normalised() -> ConfigurationNode {
        ConfigurationNode(mapping: [
            ("local-domains", ConfigurationNode(localDomains)),
            ("alias-domains", ConfigurationNode(mapping: aliasDomains.map { ($0, ConfigurationNode($1)) })),
            ("backup-mx-domains", ConfigurationNode(backupMXDomains)),
        ])
    }

    /// The domains in the form in which questions are answered.
    func domains(hostnames: Set<String>) -> LocalDomains {
        let aliases = aliasDomains.compactMap { alias, target in
            Domain(parsing: alias).flatMap { alias in Domain(parsing: target).map { (alias, $0) } }
        }
        return LocalDomains(
            local: localDomains.compactMap { Domain(parsing: $0) },
            aliases: Dictionary(aliases) { first, _ in first },
            backupMX: backupMXDomains.compactMap { Domain(parsing: $0) },
            hostnames: hostnames.compactMap { Domain(parsing: $0) })
    }
}
