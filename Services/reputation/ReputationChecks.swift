internal import DNSClient
internal import Logging
internal import ServiceProtocol

/// All checks as a configuration has them; a reload makes others.
struct ReputationChecks: Sendable {
    var spf: SPFCheck
    var blocking: AddressListCheck
    var welcoming: AddressListCheck
    var domains: DomainListCheck
    var senderScore: SenderScoreCheck

    /// What the checks work with.
    struct Surroundings: Sendable {
        var client: DNSClient
        var evaluator: SPFEvaluator
        var store: SenderScoreStore
        var log: Logger
    }

    /// The checks of a configuration. A list that `previous` has as well is the same: its health is known.
    init(
        _ configuration: ReputationConfiguration, _ common: CommonConfiguration, _ surroundings: Surroundings,
        previous: ReputationChecks? = nil
    ) {
        let known = Dictionary((previous?.zones ?? []).map { ($0.identity, $0) }) { first, _ in first }
        let zone: (ListedZone.Identity) -> ListedZone = { identity in
            known[identity] ?? ListedZone(identity, client: surroundings.client, log: surroundings.log)
        }
        spf = SPFCheck(
            configuration: configuration.spf, evaluator: surroundings.evaluator, hostname: common.hostname)
        blocking = AddressListCheck(
            lists: configuration.blockLists.map { Self.list($0, check: ReputationService.Check.dnsbl, zone) })
        welcoming = AddressListCheck(
            lists: configuration.welcomeLists.map { Self.list($0, check: ReputationService.Check.dnswl, zone) })
        domains = DomainListCheck(lists: configuration.domainLists.map { Self.list($0, zone) })
        senderScore = SenderScoreCheck(
            configuration: configuration.senderScore, client: surroundings.client, store: surroundings.store)
    }

    private static func list(
        _ configuration: AddressListConfiguration, check: ReputationService.Check,
        _ zone: (ListedZone.Identity) -> ListedZone
    ) -> AddressListCheck.List {
        func make(_ family: String) -> ListedZone? {
            configuration.family(family).map { tests in
                let label = "\(check.rawValue) \(configuration.zone.name) (\(family))"
                return zone(
                    .init(label: label, zone: configuration.zone.keyed, tests: configuration.isWatched ? tests : nil))
            }
        }
        return AddressListCheck.List(configuration: configuration, v4: make("ipv4"), v6: make("ipv6"))
    }

    private static func list(
        _ configuration: DomainListConfiguration, _ zone: (ListedZone.Identity) -> ListedZone
    ) -> DomainListCheck.List {
        let tests = AddressListConfiguration.Family(listed: configuration.listed, unlisted: configuration.unlisted)
        let identity = ListedZone.Identity(
            label: "\(ReputationService.Check.domainList.rawValue) \(configuration.zone.name)",
            zone: configuration.zone.keyed, tests: configuration.isWatched ? tests : nil)
        return DomainListCheck.List(configuration: configuration, zone: zone(identity))
    }

    /// The zones of all lists.
    var zones: [ListedZone] { blocking.zones + welcoming.zones + domains.zones }
}
