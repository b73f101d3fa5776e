internal import Configuration
internal import DNS

/// An item of `reputation.domain-list`: a list of domains.
struct DomainListConfiguration: Sendable, Hashable {
    /// What of a request is looked up, by its key, in the order of precedence.
    enum Identity: String, Sendable, Hashable, CaseIterable {
        /// The sender's domain.
        case sender
        /// The client's reverse name, verified or not.
        case reverseName = "reverse-name"
        /// The name of HELO or EHLO.
        case helo
    }

    var zone: ZoneConfiguration
    /// What is done about each identity that is listed.
    var actions: [Identity: WeightedAction]
    /// `codes`: classes of answers; without any, each answer is a listing.
    var classes: [ResponseClass]
    /// `health-check`: whether its health is watched.
    var isWatched: Bool
    /// `test-listed`: must be listed. Default: test.
    var listed: DNSName
    /// `test-unlisted`: must not be. Default: invalid.
    var unlisted: DNSName

    static let placeholders = ["IP", "LIST", "CODE", "INFO", "CHECK", "HOSTNAME"]

    private static func shipped(_ identity: Identity) -> WeightedAction {
        let reject = "REJECT %CHECK% rejected (%HOSTNAME%%INFO%)"
        return switch identity {
        case .sender: WeightedAction(shipped: reject, score: 5, placeholders: placeholders)
        case .reverseName: WeightedAction(shipped: reject, score: 2.5, placeholders: placeholders)
        case .helo: WeightedAction(.none, score: 1)
        }
    }

    /// Reads an item.
    init(from mapping: ConfigurationMapping) {
        zone = ZoneConfiguration(from: mapping)
        actions = [:]
        for identity in Identity.allCases {
            actions[identity] = WeightedAction(
                from: mapping.mapping(identity.rawValue), default: Self.shipped(identity),
                placeholders: Self.placeholders)
        }
        classes = mapping.list("codes") { item in
            ResponseClass(
                from: item.mapping(), default: Self.shipped(.sender), placeholders: Self.placeholders)
        }
        isWatched = mapping.bool("health-check", default: true)
        // RFC 5782 section 5.
        listed = mapping.optional("test-listed", as: .dnsName).flatMap { $0 } ?? Self.test
        unlisted = mapping.optional("test-unlisted", as: .dnsName).flatMap { $0 } ?? Self.invalid
    }

    private static let test = DNSName("test") ?? .root
    private static let invalid = DNSName("invalid") ?? .root

    /// The item with every key written out.
    func normalised() -> ConfigurationNode {
        ConfigurationNode(
            mapping: zone.normalised
                + Identity.allCases.map { identity in
                    let action = actions[identity] ?? Self.shipped(identity)
                    return (identity.rawValue, ConfigurationNode(mapping: action.normalised))
                } + [
                    ("codes", classes.isEmpty ? nil : ConfigurationNode(list: classes.map { $0.normalised() })),
                    ("health-check", ConfigurationNode(isWatched)),
                    ("test-listed", ConfigurationNode(listed.description)),
                    ("test-unlisted", ConfigurationNode(unlisted.description)),
                ])
    }
}
