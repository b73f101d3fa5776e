internal import Configuration
internal import MailTypes
internal import SPF

/// The mapping `reputation.spf`: how SPF is evaluated, and what the check `spf` does about the result.
struct SPFConfiguration: Sendable {
    /// `timeout`: the longest an evaluation may take, 100ms to 20s. Default: 4s.
    var timeout: TimeSpan
    /// `check-helo`: whether the HELO name is checked before the sender. Default: true.
    var checksHelo: Bool
    /// `whitelist`: clients that are not checked. Default: none.
    var whitelist: [Network]
    /// What is done about each result; `none` and `neutral` do nothing.
    var actions: [SPFResult: WeightedAction]

    /// What the texts of actions may have.
    static let placeholders = ["IP", "DOMAIN", "IDENTITY", "RESULT", "EXPLANATION"]

    /// The results that have a key of their own, with what is done as shipped.
    private static let shipped: [(result: SPFResult, action: WeightedAction)] = [
        (.pass, WeightedAction(.none)),
        (.softfail, WeightedAction(.none)),
        (.fail, WeightedAction(shipped: "REJECT SPF validation failed: %EXPLANATION%", placeholders: placeholders)),
        (
            .temperror,
            WeightedAction(
                shipped: "DEFER_IF_PERMIT 4.4.3 SPF validation failed for now: %EXPLANATION%",
                placeholders: placeholders)
        ),
        (
            .permerror,
            WeightedAction(shipped: "REJECT SPF validation failed: %EXPLANATION%", placeholders: placeholders)
        ),
    ]

    /// Reads the mapping; every key has a default.
    init(from mapping: ConfigurationMapping) {
        timeout = mapping.duration("timeout", default: .seconds(4), in: .milliseconds(100)...(.seconds(20)))
        checksHelo = mapping.bool("check-helo", default: true)
        whitelist = mapping.value("whitelist", default: [], as: .list(of: .network)).compactMap { $0 }
        actions = [:]
        for (result, action) in Self.shipped {
            actions[result] = WeightedAction(
                from: mapping.mapping(result.rawValue), default: action, placeholders: Self.placeholders)
        }
    }

    /// When an evaluation must have ended that begins now, in milliseconds.
    func deadline(now: Int) -> Int { now + Int(timeout.milliseconds) }

    /// The mapping with every key written out.
    func normalised() -> ConfigurationNode {
        ConfigurationNode(
            mapping: [
                ("timeout", ConfigurationNode(timeout)), ("check-helo", ConfigurationNode(checksHelo)),
                ("whitelist", ConfigurationNode(whitelist.map(\.description))),
            ]
                + Self.shipped.map { result, action in
                    (result.rawValue, ConfigurationNode(mapping: (actions[result] ?? action).normalised))
                })
    }
}

extension ConfigurationReading where Value == Network? {
    /// An address or a network.
    static var network: ConfigurationReading {
        .parsed("an address or a network such as 192.0.2.0/24", placeholder: nil) {
            Network(parsing: $0).map(Optional.some)
        }
    }
}
