internal import MailTypes
internal import SQLStore

/// A table of domains or accounts that Postern itself manages, in its SQLite file.
enum AccountTable: String, CaseIterable, Sendable {
    case domains
    case aliasDomains = "alias-domains"
    case users
    case additionalAddresses = "additional-addresses"
    case aliases
    case mailingLists = "mailing-lists"
    case members
    case moderators
    case owners

    /// A column with the argument that sets it.
    struct Column: Sendable {
        /// What a value must be.
        enum Kind: Sendable {
            case domain
            case address
            /// An address, or `*@DOMAIN`.
            case person
            /// 0 or 1.
            case flag
            case policy
            /// Entries of restrictions, separated by commas.
            case entries
            /// A day, as YYYY-MM-DD.
            case day
        }

        var argument: String
        var name: String
        var kind: Kind
    }

    /// The table's name.
    var table: String {
        switch self {
        case .domains: "domain"
        case .aliasDomains: "alias_domain"
        case .users: "mailbox"
        case .additionalAddresses, .members: "forwardings"
        case .aliases: "alias"
        case .mailingLists: "maillists"
        case .moderators: "moderators"
        case .owners: "maillist_owners"
        }
    }

    /// What names a row.
    var keys: [Column] {
        let address = Column(argument: "address", name: "address", kind: .address)
        switch self {
        case .domains: return [Column(argument: "domain", name: "domain", kind: .domain)]
        case .aliasDomains: return [Column(argument: "domain", name: "alias_domain", kind: .domain)]
        case .users: return [Column(argument: "address", name: "username", kind: .address)]
        case .aliases, .mailingLists: return [address]
        case .additionalAddresses: return [address, Column(argument: "user", name: "forwarding", kind: .address)]
        case .members: return [address, Column(argument: "member", name: "forwarding", kind: .address)]
        case .moderators: return [address, Column(argument: "moderator", name: "moderator", kind: .person)]
        case .owners: return [address, Column(argument: "owner", name: "owner", kind: .address)]
        }
    }

    /// What else a row may have.
    var values: [Column] {
        let active = Column(argument: "active", name: "active", kind: .flag)
        let policy = Column(argument: "policy", name: "accesspolicy", kind: .policy)
        switch self {
        case .domains: return [Column(argument: "backup-mx", name: "backupmx", kind: .flag), active]
        case .aliasDomains: return [Column(argument: "target", name: "target_domain", kind: .domain), active]
        case .users:
            return [
                active, Column(argument: "password-changed", name: "passwordlastchange", kind: .day),
                Column(argument: "allowed-senders", name: "allowedsenders", kind: .entries),
                Column(argument: "rejected-senders", name: "rejectedsenders", kind: .entries),
                Column(argument: "allowed-recipients", name: "allowedrecipients", kind: .entries),
                Column(argument: "rejected-recipients", name: "rejectedrecipients", kind: .entries),
            ]
        case .aliases, .mailingLists: return [policy, active]
        case .additionalAddresses, .members: return [active]
        case .moderators, .owners: return []
        }
    }

    /// What all rows of it have in common.
    var fixed: [(name: String, value: Int64)] {
        switch self {
        case .additionalAddresses: [("is_alias", 1)]
        case .members: [("is_list", 1)]
        default: []
        }
    }

    /// Whether rows carry the domain of their first key.
    var hasDomainColumn: Bool { self != .domains && self != .aliasDomains }

    /// The column by which all rows of something are removed at once, and the argument that names it.
    var group: Column {
        switch self {
        case .domains: Column(argument: "domain", name: "domain", kind: .domain)
        case .aliasDomains: Column(argument: "target", name: "target_domain", kind: .domain)
        case .users, .aliases, .mailingLists: Column(argument: "domain", name: "domain", kind: .domain)
        case .additionalAddresses: Column(argument: "user", name: "forwarding", kind: .address)
        case .members, .moderators, .owners: Column(argument: "address", name: "address", kind: .address)
        }
    }
}

/// The arguments about a row of such a table.
struct AccountTableVerb: Sendable {
    var keys: [SQLValue] = []
    var values: [(name: String, value: SQLValue)] = []
    var domain = ""
    var after: [String] = []

    init(
        _ action: DirectoryVerb.Action, _ table: AccountTable, _ arguments: inout DirectoryArguments
    ) throws(DirectoryVerbError) {
        switch action {
        case .list: after = (arguments.take("after") ?? "").split(separator: " ").map(String.init)
        case .deleteAll: keys = [try Self.value(table.group, try arguments.required(table.group.argument))]
        case .add, .delete:
            for column in table.keys { keys.append(try Self.value(column, try arguments.required(column.argument))) }
            if case .text(let first)? = keys.first, let at = first.utf8.lastIndex(of: UInt8(ascii: "@")) {
                domain = String(first[first.utf8.index(after: at)...])
            }
            guard action == .add else { return }
            for column in table.values {
                guard let text = arguments.take(column.argument) else { continue }
                values.append((column.name, try Self.value(column, text)))
            }
            if table == .aliasDomains, !values.contains(where: { $0.name == "target_domain" }) {
                throw DirectoryVerbError("target= is missing")
            }
        }
    }

    private static func value(_ column: AccountTable.Column, _ text: String) throws(DirectoryVerbError) -> SQLValue {
        let name = column.argument
        switch column.kind {
        case .domain: return .text(try DirectoryArguments.domain(name, text).text)
        case .address: return .text(try DirectoryArguments.mailbox(name, text).text)
        case .person:
            guard text.hasPrefix("*@") else { return .text(try DirectoryArguments.mailbox(name, text).text) }
            return .text("*@" + (try DirectoryArguments.domain(name, String(text.dropFirst(2))).text))
        case .flag:
            guard text == "0" || text == "1" else { throw DirectoryVerbError("\(name)=\(text): expected 0 or 1") }
            return .integer(text == "1" ? 1 : 0)
        case .policy:
            guard ListPolicy(stored: text) != .unknown else {
                throw DirectoryVerbError(
                    "\(name)=\(text): expected public, domain, subdomain, membersonly, moderatorsonly or "
                        + "membersandmoderatorsonly")
            }
            return .text(text.lowercased())
        case .entries: return .text(try entries(name, text))
        case .day: return .text(try day(name, text))
        }
    }

    private static func entries(_ name: String, _ text: String) throws(DirectoryVerbError) -> String {
        var entries: [String] = []
        for entry in text.split(separator: ",") {
            let entry = Restrictions.trimmed(String(entry))
            entries.append(try DirectoryArguments.entry(name, entry, accountsOnly: true).description)
        }
        return entries.joined(separator: ",")
    }

    private static func day(_ name: String, _ text: String) throws(DirectoryVerbError) -> String {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        let numbers = parts.compactMap { part in part.utf8.allSatisfy { (48...57).contains($0) } ? Int(part) : nil }
        guard parts.map(\.utf8.count) == [4, 2, 2], numbers.count == 3, (1970...9999).contains(numbers[0]),
            (1...12).contains(numbers[1]), (1...31).contains(numbers[2])
        else { throw DirectoryVerbError("\(name)=\(text): expected a day such as 2026-02-28") }
        return "\(text) 00:00:00"
    }
}
