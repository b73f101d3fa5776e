internal import LDAPClient
internal import MailTypes

/// Look-ups as searches in a directory with iRedMail's schema, and what their results mean.
struct LDAPLookups: Sendable {
    let base: String

    /// The search for a look-up; nil for one that the directory has nothing to say about.
    func search(for lookup: Lookup) -> LDAPSearch? {
        switch lookup.question {
        case .domain(let domain):
            let name = LDAPSearch.escape(domain.text)
            return LDAPSearch(
                base: base, scope: .oneLevel,
                filter: "(&(objectClass=mailDomain)(|(domainName=\(name))(domainAliasName=\(name))))",
                attributes: ["domainName", "domainAliasName", "accountStatus", "enabledService", "domainBackupMX"])
        case .account(let mailbox): return account(LDAPSearch.escape(mailbox.text))
        case .roles(let list, let person):
            // Patterns stand in the list's own entry.
            guard Mailbox(parsing: person) != nil, !person.hasPrefix("*@") else { return nil }
            return roles(LDAPSearch.escape(list.text), LDAPSearch.escape(person))
        default: return nil
        }
    }

    private func account(_ address: String) -> LDAPSearch {
        LDAPSearch(
            base: base, scope: .subtree,
            filter: "(&(!(domainStatus=disabled))(|(mail=\(address))(shadowAddress=\(address)))"
                + "(|(objectClass=mailUser)(objectClass=mailList)(objectClass=mailAlias)))",
            attributes: [
                "objectClass", "mail", "shadowAddress", "accountStatus", "enabledService", "shadowLastChange",
                "accessPolicy", "listModerator", "listOwner", "listAllowedUser", "mailWhitelistRecipient",
                "mailBlacklistRecipient", "amavisWhitelistSender", "amavisBlacklistSender",
            ])
    }

    private func roles(_ list: String, _ person: String) -> LDAPSearch {
        LDAPSearch(
            base: base, scope: .subtree,
            filter: "(|(&(memberOfGroup=\(list))(|(objectClass=mailUser)(objectClass=mailExternalUser))"
                + "(|(mail=\(person))(shadowAddress=\(person))))"
                + "(&(objectClass=mailAlias)(|(mail=\(list))(shadowAddress=\(list)))(mailForwardingAddress=\(person))))",
            attributes: ["objectClass", "accountStatus"])
    }

    /// What the entries that were found answer.
    func answer(to lookup: Lookup, _ entries: [LDAPEntry]) -> Answer {
        switch lookup.question {
        case .domain(let domain): .domain(Self.domain(domain, entries))
        case .account(let mailbox): .account(Self.account(mailbox, entries))
        case .roles: .roles(Self.roles(entries))
        // A directory without an account is not worth a search of its own.
        case .rows: .isEmpty(false)
        default: .failed("accounts: not a question for a directory")
        }
    }

    // MARK: - Domains

    private static func domain(_ domain: Domain, _ entries: [LDAPEntry]) -> DomainEntry {
        let own = entries.first { $0.has("domainName", domain.text) }
        guard let entry = own ?? entries.first, let owner = Domain(parsing: entry.value("domainName")) else {
            return .unknown
        }
        let isActive = entry.has("accountStatus", "active")
        let isHosted = isActive && entry.has("enabledService", "mail")
        let isBackup = entry.has("domainBackupMX", "yes")
        let names = entry.values("domainName") + entry.values("domainAliasName")
        return DomainEntry(
            hosting: isHosted ? (isBackup ? .backupMX : .local) : nil,
            aliasTarget: own == nil && isActive ? owner : nil, owner: owner,
            names: Set(names.compactMap { Domain(parsing: $0) }))
    }

    // MARK: - Accounts

    private static func account(_ address: Mailbox, _ entries: [LDAPEntry]) -> AccountEntry {
        var found: (user: DirectoryUser?, alias: AddressList?, mailingList: AddressList?)
        var owners: [Mailbox] = []
        for entry in entries {
            if entry.has("objectClass", "mailUser") {
                found.user = found.user ?? user(entry)
                if !entry.has("mail", address.text), let owner = Mailbox(parsing: entry.value("mail")) {
                    owners.append(owner)
                }
            } else if entry.has("objectClass", "mailList") {
                found.mailingList = found.mailingList ?? mailingList(entry)
            } else {
                found.alias = found.alias ?? list(entry)
            }
        }
        return AccountEntry(
            user: found.user, alias: found.alias, mailingList: found.mailingList, owners: owners)
    }

    private static func user(_ entry: LDAPEntry) -> DirectoryUser {
        let days = Int64(entry.value("shadowLastChange")) ?? 0
        var restrictions = Restrictions()
        restrictions.allowedRecipients = entries(entry, "mailWhitelistRecipient")
        restrictions.rejectedRecipients = entries(entry, "mailBlacklistRecipient")
        restrictions.allowedSenders = entries(entry, "amavisWhitelistSender")
        restrictions.rejectedSenders = entries(entry, "amavisBlacklistSender")
        return DirectoryUser(
            isActive: entry.has("accountStatus", "active"),
            // The value is an administrator's; a wild one must not overflow.
            passwordChange: max(0, min(days, 100_000_000)) * 86_400, restrictions: restrictions,
            addresses: Set(entry.values("mail") + entry.values("shadowAddress")),
            usesAdditionalAddresses: entry.has("enabledService", "shadowaddress"))
    }

    private static func entries(_ entry: LDAPEntry, _ name: String) -> Set<String> {
        Set(entry.values(name).map(Restrictions.trimmed))
    }

    private static func list(_ entry: LDAPEntry) -> AddressList? {
        guard let address = Mailbox(parsing: entry.value("mail")) else { return nil }
        var list = AddressList(address: address, policy: ListPolicy(stored: entry.value("accessPolicy")))
        list.isActive = entry.value("accountStatus") == "active"
        list.moderators = Set(entry.values("listModerator"))
        return list
    }

    private static func mailingList(_ entry: LDAPEntry) -> AddressList? {
        var list = list(entry)
        list?.owners = Set(entry.values("listOwner"))
        list?.allowed = Set(entry.values("listAllowedUser"))
        let isManaged = entry.has("enabledService", "mlmmj")
        list?.isSubscribable = isManaged
        list?.leftToManager = isManaged ? [.members, .moderators] : []
        return list
    }

    private static func roles(_ entries: [LDAPEntry]) -> ListRoles {
        entries.reduce(into: ListRoles()) { roles, entry in
            let isMember = entry.has("objectClass", "mailAlias") || entry.has("accountStatus", "active")
            roles.insert(isMember ? .member : .inactiveMember)
        }
    }
}
