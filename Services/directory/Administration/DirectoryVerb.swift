internal import MailTypes
internal import ServiceProtocol

/// Why a management verb was not understood.
struct DirectoryVerbError: Error, Hashable, CustomStringConvertible {
    /// One line for the administrator.
    var description: String

    init(_ description: String) {
        self.description = description
    }
}

/// A management verb with its checked arguments.
enum DirectoryVerb: Sendable {
    /// What to do with a list or a table.
    enum Action: String, Sendable {
        case list
        case add
        case delete
        case deleteAll = "delete-all"
    }

    /// The configured and the other mail domains, behind a cursor.
    case localDomains(after: String)
    /// An account's access list.
    case accessList(Action, AccessListVerb)
    /// The list of reverse names.
    case reverseNames(Action, ReverseNameVerb)
    /// A table of domains or accounts.
    case table(Action, AccountTable, AccountTableVerb)

    /// Whether it only reads.
    var isListing: Bool {
        switch self {
        case .localDomains: true
        case .accessList(let action, _): action == .list
        case .reverseNames(let action, _): action == .list
        case .table(let action, _, _): action == .list
        }
    }

    /// Understands a request; `set` is `add`.
    init(_ request: AdminRequest) throws(DirectoryVerbError) {
        guard let action = Action(rawValue: request.verb == "set" ? "add" : request.verb) else {
            throw DirectoryVerbError("unknown verb \(request.verb)")
        }
        var arguments = DirectoryArguments(request.arguments)
        guard let what = arguments.take("what") else {
            throw DirectoryVerbError("\(request.verb) needs what=\(Self.subjects)")
        }
        switch what {
        case "local-domains" where action == .list: self = .localDomains(after: arguments.take("after") ?? "")
        case "local-domains":
            throw DirectoryVerbError(
                "the domains of the configuration are the keys directory.local-domains, alias-domains and "
                    + "backup-mx-domains; others are what=domains and what=alias-domains")
        case "access-list": self = .accessList(action, try AccessListVerb(action, &arguments))
        case "rdns-list": self = .reverseNames(action, try ReverseNameVerb(action, &arguments))
        default:
            guard let table = AccountTable(rawValue: what) else {
                throw DirectoryVerbError("\(request.verb) what=\(what): expected what=\(Self.subjects)")
            }
            self = .table(action, table, try AccountTableVerb(action, table, &arguments))
        }
        try arguments.finish()
    }

    private static let subjects =
        (["local-domains", "access-list", "rdns-list"] + AccountTable.allCases.map(\.rawValue)).joined(separator: "|")
}

/// The arguments of a verb while they are being read. What nobody took is an error at the end.
struct DirectoryArguments {
    private var values: [String: String]

    init(_ values: [String: String]) {
        self.values = values
    }

    mutating func take(_ name: String) -> String? {
        values.removeValue(forKey: name)
    }

    mutating func required(_ name: String) throws(DirectoryVerbError) -> String {
        guard let value = take(name), !value.isEmpty else { throw DirectoryVerbError("\(name)= is missing") }
        return value
    }

    func finish() throws(DirectoryVerbError) {
        guard let name = values.keys.min() else { return }
        throw DirectoryVerbError("unknown argument \(name)=")
    }

    /// `list`: `whitelist` or `blacklist`, as `W` or `B`.
    mutating func colour() throws(DirectoryVerbError) -> String {
        switch try required("list") {
        case "whitelist": return "W"
        case "blacklist": return "B"
        case let other: throw DirectoryVerbError("list=\(other): expected whitelist or blacklist")
        }
    }

    /// An address as an administrator types it.
    static func mailbox(_ name: String, _ text: String) throws(DirectoryVerbError) -> Mailbox {
        do {
            return try Mailbox(typed: text)
        } catch {
            throw DirectoryVerbError("\(name)=\(text): \(error)")
        }
    }

    /// A domain with a dot.
    static func domain(_ name: String, _ text: String) throws(DirectoryVerbError) -> Domain {
        guard let domain = Domain(parsing: text), domain.isListDomain else {
            throw DirectoryVerbError("\(name)=\(text): not a domain such as example.com")
        }
        return domain
    }

    /// An entry of a list: an address, domain forms, clients; or only accounts.
    static func entry(
        _ name: String, _ text: String, accountsOnly: Bool
    ) throws(DirectoryVerbError) -> AddressPattern {
        if !text.hasPrefix("@"), text.utf8.contains(UInt8(ascii: "@")), !text.hasSuffix("@*") {
            return .email(try mailbox(name, text))
        }
        let kinds: Set<AddressPattern.Kind> =
            accountsOnly
            ? [.catchall, .topLevelDomain, .domain, .subdomain, .email]
            : [.catchall, .topLevelDomain, .domain, .subdomain, .email, .wildcardAddress, .ip, .cidr, .wildcardIP]
        guard let pattern = AddressPattern(parsing: text), kinds.contains(pattern.kind) else {
            let what = accountsOnly ? "an address or a domain" : "an address, a domain, a client or a network"
            let hint = Domain(parsing: text)?.isListDomain == true ? "; write @\(text) for a domain" : ""
            throw DirectoryVerbError("\(name)=\(text): not \(what)\(hint)")
        }
        return pattern
    }
}

/// The arguments about an account's access list.
struct AccessListVerb: Sendable {
    var account: AddressPattern
    var direction: AccessListTable.Direction
    var colour: String
    var entries: [AddressPattern] = []
    var after = ""

    init(_ action: DirectoryVerb.Action, _ arguments: inout DirectoryArguments) throws(DirectoryVerbError) {
        account = try DirectoryArguments.entry(
            "account", arguments.take("account") ?? Mailbox.catchAll, accountsOnly: true)
        let word = arguments.take("direction") ?? "inbound"
        guard let direction = AccessListTable.Direction(rawValue: word) else {
            throw DirectoryVerbError("direction=\(word): expected inbound or outbound")
        }
        self.direction = direction
        colour = try arguments.colour()
        if action == .list { after = arguments.take("after") ?? "" }
        guard action == .add || action == .delete else { return }
        for text in try arguments.required("addresses").split(separator: " ") {
            let entry = try DirectoryArguments.entry("addresses", String(text), accountsOnly: false)
            if !entries.contains(entry) { entries.append(entry) }
        }
    }
}

/// The arguments about the list of reverse names.
struct ReverseNameVerb: Sendable {
    var colour: String?
    var name = ""
    var after = ""

    init(_ action: DirectoryVerb.Action, _ arguments: inout DirectoryArguments) throws(DirectoryVerbError) {
        switch action {
        case .list:
            after = arguments.take("after") ?? ""
            name = ""
            if let list = arguments.take("list") {
                var own = DirectoryArguments(["list": list])
                colour = try own.colour()
            }
        case .deleteAll: colour = try arguments.colour()
        case .delete: name = try Self.name(&arguments)
        case .add:
            colour = try arguments.colour()
            name = try Self.name(&arguments)
        }
    }

    private static func name(_ arguments: inout DirectoryArguments) throws(DirectoryVerbError) -> String {
        let text = try arguments.required("name").lowercased()
        let body = text.hasPrefix(".") ? text.dropFirst() : text[...]
        guard text.utf8.count <= 255, let domain = Domain(parsing: body), !domain.isAddressLiteral else {
            throw DirectoryVerbError("name=\(text): not a host name, or .example.com for all below it")
        }
        return (text.hasPrefix(".") ? "." : "") + domain.text
    }
}
