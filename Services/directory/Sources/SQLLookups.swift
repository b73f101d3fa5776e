internal import MailTypes
internal import SQLStore

/// The questions of one kind as one statement, whatever their number; values are bound.
///
/// What a database takes for equal is often more than is equal here (letter case, accents, spaces at the end), so each
/// row is compared once more.
struct SQLLookups {
    let dialect: SQLDialect
    /// Whether `mailbox` has the four columns of restrictions; newer versions of iRedMail have dropped them.
    let hasRestrictions: Bool

    /// Whether no question of a kind can find a row.
    func isEmpty(_ kind: Lookup.Kind) -> LookupQuery {
        let tables =
            switch kind {
            case .domain: ["domain", "alias_domain"]
            case .account: ["mailbox", "alias", "maillists", "forwardings"]
            case .roles: ["forwardings", "moderators", "maillist_owners"]
            case .localEntries: ["users"]
            case .externalEntries: ["mailaddr"]
            case .reverseName: ["wblist_rdns"]
            }
        let any = tables.map { "(SELECT 1 FROM \($0) LIMIT 1)" }.joined(separator: ", ")
        return LookupQuery("SELECT coalesce(\(any), 0)") { rows in
            [.isEmpty(rows.first?.first?.number == 0)]
        }
    }

    // MARK: - Domains

    func domains(_ domains: [Domain]) -> LookupQuery {
        LookupQuery(
            """
            SELECT domain, '', backupmx FROM domain WHERE domain IN (??) AND active = 1
            UNION ALL SELECT a.alias_domain, a.target_domain, d.backupmx FROM alias_domain a
                JOIN domain d ON d.domain = a.target_domain
                WHERE a.alias_domain IN (??) AND a.active = 1 AND d.active = 1
            """, rows: domains.map { [.text($0.text)] }
        ) { rows in Self.domains(domains, in: rows) }
    }

    private static func domains(_ domains: [Domain], in rows: [[SQLValue]]) -> [Answer] {
        var entries: [Domain: DomainEntry] = [:]
        for row in rows {
            guard let domain = Domain(parsing: row[0].string) else { continue }
            let hosting: DomainEntry.Hosting = row[2].number == 0 ? .local : .backupMX
            if row[1].string.isEmpty {
                entries[domain] = DomainEntry(hosting: hosting, owner: domain)
            } else if entries[domain] == nil, let target = Domain(parsing: row[1].string) {
                entries[domain] = DomainEntry(hosting: hosting, aliasTarget: target, owner: target)
            }
        }
        return domains.map { entries[$0].map(Answer.domain) ?? .nothing(.domain) }
    }

    // MARK: - Accounts

    func accounts(_ mailboxes: [Mailbox]) -> LookupQuery {
        let columns = ["allowedrecipients", "rejectedrecipients", "allowedsenders", "rejectedsenders"]
        let restrictions = columns.map { hasRestrictions ? $0 : "''" }.joined(separator: ", ")
        let none = "'', '', '', ''"
        return LookupQuery(
            """
            SELECT 'user', username, active, '', \(secondsOfChange), \(restrictions)
                FROM mailbox WHERE username IN (??)
            UNION ALL SELECT 'alias', address, active, accesspolicy, 0, \(none) FROM alias WHERE address IN (??)
            UNION ALL SELECT 'list', address, active, accesspolicy, 0, \(none) FROM maillists WHERE address IN (??)
            UNION ALL SELECT 'owner', address, active, forwarding, 0, \(none)
                FROM forwardings WHERE address IN (??) AND is_alias = 1 AND active = 1
            """, rows: mailboxes.map { [.text($0.text)] }
        ) { rows in Self.accounts(mailboxes, in: rows) }
    }

    private static func accounts(_ mailboxes: [Mailbox], in rows: [[SQLValue]]) -> [Answer] {
        var found: [String: FoundAccount] = [:]
        for row in rows { add(row, to: &found[row[1].string.lowercased(), default: FoundAccount()]) }
        return mailboxes.map { found[$0.text].map { .account($0.entry) } ?? .nothing(.account) }
    }

    /// What the rows say of an address, one after the other.
    private struct FoundAccount {
        var user: DirectoryUser?
        var alias: AddressList?
        var mailingList: AddressList?
        var owners: [Mailbox] = []

        var entry: AccountEntry {
            AccountEntry(user: user, alias: alias, mailingList: mailingList, owners: owners)
        }
    }

    private static func add(_ row: [SQLValue], to entry: inout FoundAccount) {
        switch row[0].string {
        case "user": entry.user = user(row)
        case "alias": entry.alias = list(row)
        case "list":
            var list = list(row)
            list?.isSubscribable = true
            // These lists are mlmmj's.
            list?.leftToManager = [.members, .moderators, .membersAndModerators]
            // iRedAPD's check does not look at the list's being active: Postfix refuses one that is not.
            entry.mailingList = list
        default: if let owner = Mailbox(parsing: row[3].string) { entry.owners.append(owner) }
        }
    }

    private static func user(_ row: [SQLValue]) -> DirectoryUser {
        var restrictions = Restrictions()
        restrictions.allowedRecipients = Restrictions.entries(row[5].string)
        restrictions.rejectedRecipients = Restrictions.entries(row[6].string)
        restrictions.allowedSenders = Restrictions.entries(row[7].string)
        restrictions.rejectedSenders = Restrictions.entries(row[8].string)
        return DirectoryUser(
            isActive: row[2].number != 0, passwordChange: row[4].number, restrictions: restrictions)
    }

    private static func list(_ row: [SQLValue]) -> AddressList? {
        guard let address = Mailbox(parsing: row[1].string) else { return nil }
        return AddressList(address: address, policy: ListPolicy(stored: row[3].string))
    }

    /// The columns have no time zone; they count as UTC.
    private var secondsOfChange: String {
        switch dialect {
        case .sqlite: "coalesce(CAST(strftime('%s', passwordlastchange) AS INTEGER), 0)"
        case .postgreSQL: "coalesce(CAST(floor(extract(epoch FROM passwordlastchange)) AS BIGINT), 0)"
        case .mariaDB: "coalesce(timestampdiff(SECOND, '1970-01-01 00:00:00', passwordlastchange), 0)"
        }
    }

    // MARK: - Roles

    func roles(_ pairs: [(list: Mailbox, person: String)]) -> LookupQuery {
        // MariaDB's columns ignore case by themselves, and then find rows by their index.
        let lower: (String) -> String = { dialect == .postgreSQL ? "lower(\($0))" : $0 }
        return LookupQuery(
            """
            SELECT \(ListRoles.member.rawValue), address, forwarding FROM forwardings
                WHERE (address, \(lower("forwarding"))) IN (??) AND is_list = 1 AND active = 1
            UNION ALL SELECT \(ListRoles.moderator.rawValue), address, moderator FROM moderators
                WHERE (address, \(lower("moderator"))) IN (??)
            UNION ALL SELECT \(ListRoles.owner.rawValue), address, owner FROM maillist_owners
                WHERE (address, \(lower("owner"))) IN (??)
            """, rows: pairs.map { [.text($0.list.text), .text($0.person)] }
        ) { rows in Self.roles(pairs, in: rows) }
    }

    private static func roles(_ pairs: [(list: Mailbox, person: String)], in rows: [[SQLValue]]) -> [Answer] {
        var found: [String: ListRoles] = [:]
        for row in rows {
            let key = row[1].string.lowercased() + " " + row[2].string.lowercased()
            found[key, default: []].insert(ListRoles(rawValue: Int(row[0].number)))
        }
        return pairs.map { list, person in .roles(found[list.text + " " + person] ?? []) }
    }

    // MARK: - Reverse names

    func reverseNames(_ names: [String]) -> LookupQuery {
        let keys = Set(names.flatMap { ReverseNameEntry.keys(of: $0) })
        let column = dialect == .postgreSQL ? "lower(rdns)" : "rdns"
        return LookupQuery(
            "SELECT rdns, wb FROM wblist_rdns WHERE \(column) IN (??)", rows: keys.sorted().map { [.text($0)] }
        ) { rows in Self.reverseNames(names, in: rows) }
    }

    private static func reverseNames(_ names: [String], in rows: [[SQLValue]]) -> [Answer] {
        var colours: [String: ListColour] = [:]
        for row in rows { colours[row[0].string.lowercased()] = ListColour(stored: row[1].string) }
        return names.map { name in
            let found = ReverseNameEntry.keys(of: name).compactMap { colours[$0] }
            return .reverseName(
                ReverseNameEntry(isWhite: found.contains(.white), isBlack: found.contains(.black)))
        }
    }
}

extension SQLValue {
    /// A number; what is none is 0.
    var number: Int64 {
        switch self {
        case .integer(let number): number
        case .text(let text): Int64(text) ?? 0
        case .null, .blob: 0
        }
    }

    /// A text, also one in a column of bytes; NULL is empty.
    var string: String {
        switch self {
        case .text(let text): text
        case .blob(let bytes): String(decoding: bytes, as: UTF8.self)
        case .integer(let number): "\(number)"
        case .null: ""
        }
    }
}
