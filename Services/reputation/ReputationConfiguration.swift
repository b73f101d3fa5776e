public import Configuration
public import SQLStore
public import ServiceProtocol

/// The mapping `reputation`: what is asked of the network about clients and senders, and what is done about the answers.
public struct ReputationConfiguration: ServiceConfiguration {
    /// `resolver`: whom the DNS is asked by.
    var resolver: ResolverConfiguration
    /// `spf`: the check of that name, and the facts about SPF.
    var spf: SPFConfiguration
    /// `dnsbl`: lists of clients that are refused.
    var blockLists: [AddressListConfiguration]
    /// `dnswl`: lists of clients that are welcome.
    var welcomeLists: [AddressListConfiguration]
    /// `domain-list`: lists of domains.
    var domainLists: [DomainListConfiguration]
    /// `senderscore`: the check of that name.
    var senderScore: SenderScoreConfiguration
    /// `store`: where the scores are kept, or `database`: the absolute path of an SQLite file. Default:
    /// `reputation.db` in the state directory.
    public var store: StoreConfiguration

    /// Asks the mapping for every key there is.
    public init(from mapping: ConfigurationMapping, common: CommonConfiguration) {
        resolver = ResolverConfiguration(from: mapping.mapping("resolver"))
        spf = SPFConfiguration(from: mapping.mapping("spf"))
        blockLists = mapping.list("dnsbl") { AddressListConfiguration(from: $0.mapping(), kind: .blocking) }
        welcomeLists = mapping.list("dnswl") { AddressListConfiguration(from: $0.mapping(), kind: .welcoming) }
        domainLists = mapping.list("domain-list") { DomainListConfiguration(from: $0.mapping()) }
        senderScore = SenderScoreConfiguration(from: mapping.mapping("senderscore"))
        store = StoreConfiguration(from: mapping, service: "reputation", stateDirectory: common.stateDirectory)
        for (key, names) in [
            ("dnsbl", blockLists.map(\.zone.name)), ("dnswl", welcomeLists.map(\.zone.name)),
            ("domain-list", domainLists.map(\.zone.name)),
        ] {
            var seen: Set<String> = []
            for name in names where !seen.insert(name).inserted {
                mapping.report(key, "\(name) stands here twice; give one of them another name")
            }
        }
    }

    /// The configuration with every key written out.
    public func normalised() -> ConfigurationNode {
        ConfigurationNode(mapping: [
            ("resolver", resolver.normalised()), ("spf", spf.normalised()),
            ("dnsbl", ConfigurationNode(list: blockLists.map { $0.normalised() })),
            ("dnswl", ConfigurationNode(list: welcomeLists.map { $0.normalised() })),
            ("domain-list", ConfigurationNode(list: domainLists.map { $0.normalised() })),
            ("senderscore", senderScore.normalised()), ("store", store.normalised()),
        ])
    }
}
