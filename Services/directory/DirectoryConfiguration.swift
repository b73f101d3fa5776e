public import Configuration
internal import LDAPClient
internal import MailTypes
public import SQLStore
public import ServiceProtocol

/// The mapping `directory`: what is known about domains, accounts and lists, and how the checks use it.
public struct DirectoryConfiguration: ServiceConfiguration {
    /// `local-domains`: the domains that have mailboxes here, in A-label form. Default: none.
    public var localDomains: [String]
    /// `alias-domains`: another name for a domain, and that domain; in A-label form. Default: none.
    public var aliasDomains: [(alias: String, target: String)]
    /// `backup-mx-domains`: the domains this server is backup MX for, in A-label form. Default: none.
    public var backupMXDomains: [String]
    /// `accounts`: who knows of other domains and of accounts. Default: SQLite.
    var accounts: Accounts
    /// `lists`: where the access lists are. Default: SQLite.
    var lists: StoreConfiguration
    /// `reverse-names`: where the list of reverse names is. Default: SQLite.
    public var reverseNames: StoreConfiguration
    /// `mlmmjadmin`: who knows the subscribers of mailing lists. Default: nobody.
    var mlmmjAdmin: MLMMJAdminConfiguration?
    /// `postfix-maps`: Postfix's own tables, which are looked into as well. Default: none.
    var postfixMaps: PostfixMapsConfiguration?
    /// `cache`: how long answers are kept.
    var cache: Cache
    /// `sender-login`, `access-list`, `rdns-list` and `password-age`: how the checks decide.
    var rules: DirectoryRules
    /// `access-list.all-wildcard-ip`: whether a list's entry may have `*` in any field of a client's address.
    var allWildcards: Bool

    /// Who knows of domains and accounts.
    enum Accounts: Hashable, Sendable {
        /// A database with iRedMail's tables.
        case sql(StoreConfiguration)
        /// A directory server with iRedMail's schema.
        case ldap(LDAPConfiguration)
    }

    /// How long answers are kept, in milliseconds, and how many of them.
    struct Cache: Hashable, Sendable {
        var lifetime: Int
        var serveStale: Int
        var entries: Int
    }

    /// Asks the mapping for every key there is.
    public init(from mapping: ConfigurationMapping, common: CommonConfiguration) {
        localDomains = Self.domains("local-domains", in: mapping)
        backupMXDomains = Self.domains("backup-mx-domains", in: mapping)
        aliasDomains = Self.aliases(in: mapping.mapping("alias-domains"))
        let file = "\(common.stateDirectory)/directory.db"
        accounts = Accounts(from: mapping.mapping("accounts"), file: file)
        lists = Self.store("lists", "amavisd", mapping, file)
        reverseNames = Self.store("reverse-names", "iredapd", mapping, file)
        mlmmjAdmin = mapping.optionalMapping("mlmmjadmin").map(MLMMJAdminConfiguration.init(from:))
        postfixMaps = mapping.optionalMapping("postfix-maps").map(PostfixMapsConfiguration.init(from:))
        cache = Cache(from: mapping.mapping("cache"))
        rules = DirectoryRules(
            from: mapping, delimiters: common.recipientDelimiters, asksMLMMJAdmin: mlmmjAdmin != nil)
        allWildcards = mapping.mapping("access-list").bool("all-wildcard-ip", default: false)
        for (alias, _) in aliasDomains where localDomains.contains(alias) {
            mapping.report("alias-domains", "\(alias) is in local-domains as well")
        }
    }

    private static func store(
        _ key: String, _ database: String, _ mapping: ConfigurationMapping, _ file: String
    ) -> StoreConfiguration {
        StoreConfiguration(mapping: mapping.mapping(key), service: "directory", database: database, file: file)
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

    /// Whether domains and accounts are in an SQLite file, which Postern manages itself.
    var managesAccounts: Bool {
        guard case .sql(let store) = accounts else { return false }
        return store.engineName == .sqlite
    }

    /// Whether another configuration asks the same databases and servers.
    func hasSameBackends(as other: DirectoryConfiguration) -> Bool {
        accounts == other.accounts && lists == other.lists && reverseNames == other.reverseNames
            && mlmmjAdmin == other.mlmmjAdmin && postfixMaps == other.postfixMaps
    }

    /// The configuration with every key written out.
    public func normalised() -> ConfigurationNode {
        let own: [(String, ConfigurationNode?)] = [
            ("local-domains", ConfigurationNode(localDomains)),
            ("alias-domains", ConfigurationNode(mapping: aliasDomains.map { ($0, ConfigurationNode($1)) })),
            ("backup-mx-domains", ConfigurationNode(backupMXDomains)),
            ("accounts", accounts.normalised()), ("lists", lists.normalised()),
            ("reverse-names", reverseNames.normalised()), ("mlmmjadmin", mlmmjAdmin?.normalised()),
            ("postfix-maps", postfixMaps?.normalised()), ("cache", cache.normalised()),
        ]
        return ConfigurationNode(mapping: own + rules.normalised(allWildcards: allWildcards))
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

extension DirectoryConfiguration.Accounts {
    fileprivate init(from mapping: ConfigurationMapping, file: String) {
        let engines = StoreConfiguration.EngineName.allCases.map(\.rawValue)
        let engine = mapping.item("engine")?.scalar?.text ?? ""
        if engine == "ldap" {
            self = .ldap(LDAPConfiguration(from: mapping))
        } else if mapping.has("engine"), !engines.contains(engine) {
            mapping.report("engine", "expected \(engines.joined(separator: ", ")) or ldap, found \(engine)")
            mapping.acceptUnknownKeys()
            self = .sql(StoreConfiguration(path: file))
        } else {
            self = .sql(
                StoreConfiguration(mapping: mapping, service: "directory", database: "vmail", file: file))
        }
    }

    fileprivate func normalised() -> ConfigurationNode {
        switch self {
        case .sql(let store): store.normalised()
        case .ldap(let server): server.normalised()
        }
    }
}

extension DirectoryConfiguration.Cache {
    fileprivate init(from mapping: ConfigurationMapping) {
        lifetime = Int(mapping.duration("lifetime", default: .seconds(60), in: .zero ... .seconds(3_600)).milliseconds)
        serveStale = Int(
            mapping.duration("serve-stale", default: .seconds(600), in: .zero ... .seconds(86_400)).milliseconds)
        entries = mapping.int("entries", default: 100_000, in: 100...10_000_000)
    }

    fileprivate func normalised() -> ConfigurationNode {
        ConfigurationNode(mapping: [
            ("lifetime", ConfigurationNode(.milliseconds(Int64(lifetime)))),
            ("serve-stale", ConfigurationNode(.milliseconds(Int64(serveStale)))),
            ("entries", ConfigurationNode(entries)),
        ])
    }
}
