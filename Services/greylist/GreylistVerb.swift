internal import MailTypes
internal import ServiceProtocol

/// Why a management verb was not understood.
struct GreylistVerbError: Error, Hashable, CustomStringConvertible {
    /// One line for the administrator.
    var description: String
}

/// A management verb with its checked arguments.
enum GreylistVerb: Sendable, Hashable {
    /// Settings, of one account or all.
    case listSettings(account: String?, after: String)
    /// Whitelisted senders, of one account or all.
    case listWhitelists(account: String?, after: String)
    /// Domains whose servers are whitelisted.
    case listWhitelistDomains(after: String)
    /// Known clients and waiting triplets, of one client or all.
    case listTracking(client: String?, after: String)
    /// Greylisting on or off.
    case setSetting(sender: AddressPattern, account: AddressPattern, isActive: Bool, comment: String)
    /// One setting less.
    case deleteSetting(sender: AddressPattern, account: AddressPattern)
    /// One whitelisted sender more.
    case setWhitelist(sender: AddressPattern, account: AddressPattern, comment: String)
    /// One whitelisted sender less.
    case deleteWhitelist(sender: AddressPattern, account: AddressPattern)
    /// One domain more whose servers are whitelisted.
    case setWhitelistDomain(Domain)
    /// One domain less, and the entries that were made from it.
    case deleteWhitelistDomain(Domain)
    /// Forget a client.
    case deleteTracking(client: IPAddress)

    /// Whether it only reads.
    var isListing: Bool {
        switch self {
        case .listSettings, .listWhitelists, .listWhitelistDomains, .listTracking: true
        default: false
        }
    }

    /// Understands a request.
    init(_ request: AdminRequest) throws(GreylistVerbError) {
        var arguments = VerbArguments(request.arguments)
        let what = arguments.take("what") ?? ""
        switch (request.verb, what) {
        case ("list", _): self = try Self.list(what, &arguments)
        case ("set", _): self = try Self.set(what, &arguments)
        case ("delete", _): self = try Self.delete(what, &arguments)
        default: throw GreylistVerbError(description: "unknown verb \(request.verb)")
        }
        try arguments.finish()
    }

    private static func list(
        _ what: String, _ arguments: inout VerbArguments
    ) throws(GreylistVerbError) -> GreylistVerb {
        let after = arguments.take("after") ?? ""
        switch what {
        case "settings": return .listSettings(account: try arguments.accountFilter(), after: after)
        case "whitelists": return .listWhitelists(account: try arguments.accountFilter(), after: after)
        case "whitelist-domains": return .listWhitelistDomains(after: after)
        case "tracking":
            return .listTracking(client: try arguments.optionalClient()?.description, after: after)
        default:
            throw GreylistVerbError(description: "list needs what=settings|whitelists|whitelist-domains|tracking")
        }
    }

    private static func set(
        _ what: String, _ arguments: inout VerbArguments
    ) throws(GreylistVerbError) -> GreylistVerb {
        switch what {
        case "setting":
            return .setSetting(
                sender: try arguments.sender(), account: try arguments.account(), isActive: try arguments.active(),
                comment: try arguments.comment())
        case "whitelist":
            return .setWhitelist(
                sender: try arguments.sender(), account: try arguments.account(), comment: try arguments.comment())
        case "whitelist-domain": return .setWhitelistDomain(try arguments.domain())
        default: throw GreylistVerbError(description: "set needs what=setting|whitelist|whitelist-domain")
        }
    }

    private static func delete(
        _ what: String, _ arguments: inout VerbArguments
    ) throws(GreylistVerbError) -> GreylistVerb {
        switch what {
        case "setting": return .deleteSetting(sender: try arguments.sender(), account: try arguments.account())
        case "whitelist": return .deleteWhitelist(sender: try arguments.sender(), account: try arguments.account())
        case "whitelist-domain": return .deleteWhitelistDomain(try arguments.domain())
        case "tracking":
            guard let client = try arguments.optionalClient() else {
                throw GreylistVerbError(description: "delete what=tracking needs client=ADDRESS")
            }
            return .deleteTracking(client: client)
        default: throw GreylistVerbError(description: "delete needs what=setting|whitelist|whitelist-domain|tracking")
        }
    }
}
