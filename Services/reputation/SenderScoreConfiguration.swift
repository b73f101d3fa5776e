internal import Configuration
internal import DNS

/// The mapping `reputation.senderscore`: a score of the client's address, from 0 to 100.
struct SenderScoreConfiguration: Sendable {
    /// `zone`: where the scores are.
    var zone: DNSName
    /// `reject-score`: the action is for clients with this score or a lower one, 0 to 100. Default: 30.
    var limit: Int
    /// `cache-days`: how long a score is kept in the store, 1 to 365. Default: 2.
    var cacheDays: Int
    /// `action` and `score`.
    var action: WeightedAction

    static let placeholders = ["IP", "SCORE"]
    private static let shipped = WeightedAction(
        shipped: "REJECT Server IP address has bad reputation. FYI: "
            + "https://www.senderscore.org/lookup.php?lookup=%IP%",
        placeholders: placeholders)
    private static let shippedZone = DNSName("score.senderscore.com") ?? .root

    /// Reads the mapping; every key has a default.
    init(from mapping: ConfigurationMapping) {
        zone = mapping.optional("zone", as: .dnsName).flatMap { $0 } ?? Self.shippedZone
        limit = mapping.int("reject-score", default: 30, in: 0...100)
        cacheDays = mapping.int("cache-days", default: 2, in: 1...365)
        action = WeightedAction(from: mapping, default: Self.shipped, placeholders: Self.placeholders)
    }

    /// The mapping with every key written out.
    func normalised() -> ConfigurationNode {
        ConfigurationNode(
            mapping: [
                ("zone", ConfigurationNode(zone.description)), ("reject-score", ConfigurationNode(limit)),
                ("cache-days", ConfigurationNode(cacheDays)),
            ] + action.normalised)
    }
}
