public import Configuration
internal import PostfixProtocol
public import SQLStore
public import ServiceProtocol

/// The mapping `greylist`: refusing a first attempt, since mail servers retry and much malware does not.
public struct GreylistConfiguration: ServiceConfiguration {
    /// `message`: the text after `451 4.7.1`, at most 300 bytes.
    public var message: String
    /// `block-for`: how long a new triplet is refused, 0s to 7d. Default: 15m.
    public var blockFor: TimeSpan
    /// `auth-triplet-expires`: how long a client that has passed is known after its last mail, 1h to 3650d. Default:
    /// 30d.
    public var authTripletExpires: TimeSpan
    /// `unauth-triplet-expires`: how long a triplet that was not retried is remembered, 1m to 365d and longer than
    /// `block-for`. Default: 2d.
    public var unauthTripletExpires: TimeSpan
    /// `training-mode`: remember as usual, refuse nothing. Default: false.
    public var isTraining: Bool
    /// `all-wildcard-ip`: whether entries such as `192.*.*.1` count, with `*` in any field; if not, only `w.x.y.*` and
    /// `w.x.*.z` do. Default: false.
    public var allWildcardIP: Bool
    /// `spf-bypass`: whether a client that the SPF record of the sender's domain lists is not greylisted. Default: true.
    public var bypassesSPF: Bool
    /// `spf-bypass-except`: domains for whose senders that does not hold, in A-label form; such as the SRS domain.
    /// Default: none.
    public var bypassExceptions: [String]
    /// `whitelist-refresh`: how often the networks of whitelisted domains are looked up, 1m to 1d. Default: 30m.
    public var whitelistRefresh: TimeSpan
    /// `store`: the database, or `database`: the absolute path of an SQLite file. Default: `greylist.db` in the state
    /// directory.
    public var store: StoreConfiguration

    /// The shipped text of a refusal.
    public static let defaultMessage = "Intentional policy rejection, please try again later"

    /// Asks the mapping for every key there is.
    public init(from mapping: ConfigurationMapping, common: CommonConfiguration) {
        message = mapping.string("message", default: Self.defaultMessage)
        blockFor = mapping.duration("block-for", default: .minutes(15), in: .zero...(.days(7)))
        authTripletExpires = mapping.duration(
            "auth-triplet-expires", default: .days(30), in: .hours(1)...(.days(3650)))
        unauthTripletExpires = mapping.duration(
            "unauth-triplet-expires", default: .days(2), in: .minutes(1)...(.days(365)))
        isTraining = mapping.bool("training-mode", default: false)
        allWildcardIP = mapping.bool("all-wildcard-ip", default: false)
        bypassesSPF = mapping.bool("spf-bypass", default: true)
        bypassExceptions = mapping.value("spf-bypass-except", default: [], as: .list(of: .domain))
        whitelistRefresh = mapping.duration("whitelist-refresh", default: .minutes(30), in: .minutes(1)...(.days(1)))
        store = StoreConfiguration(from: mapping, service: "greylist", stateDirectory: common.stateDirectory)
        if unauthTripletExpires <= blockFor {
            mapping.report("unauth-triplet-expires", "expected longer than block-for, or no client could ever pass")
        }
        if message.utf8.count > 300 { mapping.report("message", "expected at most 300 bytes") }
    }

    /// The configuration with every key written out.
    public func normalised() -> ConfigurationNode {
        ConfigurationNode(mapping: [
            ("message", ConfigurationNode(message)),
            ("block-for", ConfigurationNode(blockFor)),
            ("auth-triplet-expires", ConfigurationNode(authTripletExpires)),
            ("unauth-triplet-expires", ConfigurationNode(unauthTripletExpires)),
            ("training-mode", ConfigurationNode(isTraining)),
            ("all-wildcard-ip", ConfigurationNode(allWildcardIP)),
            ("spf-bypass", ConfigurationNode(bypassesSPF)),
            ("spf-bypass-except", ConfigurationNode(bypassExceptions)),
            ("whitelist-refresh", ConfigurationNode(whitelistRefresh)), ("store", store.normalised()),
        ])
    }

    /// The lengths in whole seconds.
    var timing: GreylistTiming {
        GreylistTiming(
            blockFor: Int(clamping: blockFor.wholeSeconds),
            unauthTripletExpires: Int(clamping: unauthTripletExpires.wholeSeconds),
            authTripletExpires: Int(clamping: authTripletExpires.wholeSeconds))
    }

    /// The reply that refuses an attempt: 451 with the enhanced code of RFC 3463 for a policy decision.
    var refusal: PolicyAction {
        PolicyAction(parsing: "451 4.7.1 \(message)") ?? .defer
    }
}
