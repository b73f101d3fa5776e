public import Configuration
internal import PostfixProtocol
public import SQLStore
public import ServiceProtocol

/// The configuration of the throttle service: the mapping `throttle`.
///
/// The limits themselves are not here but in the database, where they can be changed while mail flows.
public struct ThrottleConfiguration: ServiceConfiguration {
    /// `store`: SQLite, PostgreSQL or MariaDB; or `database`, the path of the SQLite file alone. Unless given, the file
    /// is `throttle.db` in the state directory.
    public var store: StoreConfiguration
    /// `bypass-trusted-networks` (false), `bypass-same-domain` (true) and `bypass-local-recipient-for-authenticated`
    /// (true): which messages are not throttled.
    public var bypasses = ThrottleMessage.Bypasses()
    /// `all-wildcard-ip` (false): whether accounts such as `192.0.*.*` count, with any field a `*`; else only the
    /// third or the fourth field may be one.
    public var allWildcards: Bool
    /// `quota-message`: the text for messages over `max_msgs` or `max_quota`, at most 390 bytes.
    public var quotaMessage: String
    /// `size-message`: the text for messages over `msg_size`, at most 390 bytes.
    public var sizeMessage: String
    /// `recipients-message`: the text for messages over `max_rcpts`, at most 390 bytes.
    public var recipientsMessage: String

    /// Reads the mapping `throttle`; every key has a default.
    public init(from mapping: ConfigurationMapping, common: CommonConfiguration) {
        store = StoreConfiguration(from: mapping, service: "throttle", stateDirectory: common.stateDirectory)
        bypasses.trustedNetworks = mapping.bool("bypass-trusted-networks", default: false)
        bypasses.sameDomain = mapping.bool("bypass-same-domain", default: true)
        bypasses.recipientsOfAuthenticated = mapping.bool("bypass-local-recipient-for-authenticated", default: true)
        allWildcards = mapping.bool("all-wildcard-ip", default: false)
        quotaMessage = Self.message("quota-message", "Throttling quota exceeded", mapping)
        sizeMessage = Self.message("size-message", "Message size is too large", mapping)
        recipientsMessage = Self.message("recipients-message", "Too many recipients in single message", mapping)
    }

    private static func message(_ key: String, _ text: String, _ mapping: ConfigurationMapping) -> String {
        let message = mapping.string(key, default: text)
        if message.utf8.count > 390 { mapping.report(key, "expected at most 390 bytes of text") }
        return message
    }

    /// The configuration with every key written out.
    public func normalised() -> ConfigurationNode {
        ConfigurationNode(mapping: [
            ("store", store.normalised()),
            ("bypass-trusted-networks", ConfigurationNode(bypasses.trustedNetworks)),
            ("bypass-same-domain", ConfigurationNode(bypasses.sameDomain)),
            ("bypass-local-recipient-for-authenticated", ConfigurationNode(bypasses.recipientsOfAuthenticated)),
            ("all-wildcard-ip", ConfigurationNode(allWildcards)),
            ("quota-message", ConfigurationNode(quotaMessage)),
            ("size-message", ConfigurationNode(sizeMessage)),
            ("recipients-message", ConfigurationNode(recipientsMessage)),
        ])
    }

    /// What Postfix is told.
    func verdict(_ outcome: ThrottleVerdict.Outcome) -> Verdict {
        switch outcome {
        case .none: .none
        case .quotaExceeded: Self.reject(quotaMessage)
        case .messageTooLarge: Self.reject(sizeMessage)
        case .tooManyRecipients: Self.reject(recipientsMessage)
        }
    }

    private static func reject(_ text: String) -> Verdict {
        .action(PolicyAction(parsing: "REJECT \(text)") ?? .reject)
    }
}
