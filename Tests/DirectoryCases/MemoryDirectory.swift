package import Directory
internal import MailTypes

/// The content in memory: the plainest answer to each question, to compare the others with.
package final class MemoryDirectory: LookupSource {
    private let content: DirectoryContent

    package init(_ content: DirectoryContent) {
        self.content = content
    }

    package func ask(_ lookups: [Lookup], reply: @escaping @Sendable ([(lookup: Lookup, answer: Answer)]) -> Void) {
        reply(lookups.map { ($0, answer(to: $0)) })
    }

    package func stop() {}

    private func answer(to lookup: Lookup) -> Answer {
        switch lookup.question {
        case .domain(let domain): .domain(entry(of: domain.text))
        case .account(let mailbox): .account(account(mailbox.text))
        case .roles(let list, let person): .roles(roles(of: person, in: list.text))
        case .subscriber: .isSubscriber(false)
        case .localEntries(let address): .entries(covering(address.policyAddresses, locals))
        case .externalEntries(let address, let withWildcard):
            .entries(covering(keys(address, withWildcard: withWildcard), externals))
        case .clientEntries(let client): .entries(externals.filter { covers($0, client) })
        case .listing(let local, let external): .listing(listing(local, external))
        case .reverseName(let name):
            .reverseName(
                ReverseNameEntry(isWhite: has("W", name), isBlack: has("B", name)))
        case .rows(let kind): .isEmpty(isEmpty(kind))
        }
    }

    private func isEmpty(_ kind: Lookup.Kind) -> Bool {
        switch kind {
        case .domain: content.domains.isEmpty
        case .account: content.users.isEmpty && content.aliases.isEmpty && content.lists.isEmpty
        case .roles: content.aliases.isEmpty && content.lists.isEmpty
        case .localEntries: locals.isEmpty
        case .externalEntries: externals.isEmpty
        case .reverseName: content.reverseNames.isEmpty
        }
    }

    // MARK: - Domains

    private func entry(of name: String) -> DomainEntry {
        if let own = content.domains.first(where: { $0.name == name && $0.isActive }) {
            let domain = Domain(parsing: name)
            return DomainEntry(hosting: own.isBackupMX ? .backupMX : .local, owner: domain)
        }
        guard let alias = content.aliasDomains.first(where: { $0.name == name && $0.isActive }),
            let target = content.domains.first(where: { $0.name == alias.target && $0.isActive })
        else { return .unknown }
        let domain = Domain(parsing: target.name)
        return DomainEntry(hosting: target.isBackupMX ? .backupMX : .local, aliasTarget: domain, owner: domain)
    }

    // MARK: - Accounts

    private func account(_ address: String) -> AccountEntry {
        AccountEntry(
            user: content.users.first { $0.address == address }.map(user),
            alias: content.aliases.first { $0.address == address }.flatMap { list($0, isManaged: false) },
            mailingList: content.lists.first { $0.address == address }.flatMap { list($0, isManaged: true) },
            owners: content.users.filter { $0.aliases.contains(address) }.compactMap { Mailbox(parsing: $0.address) })
    }

    private func user(_ user: DirectoryContent.User) -> DirectoryUser {
        var restrictions = Restrictions()
        restrictions.allowedRecipients = Set(user.allowedRecipients)
        restrictions.rejectedRecipients = Set(user.rejectedRecipients)
        restrictions.allowedSenders = Set(user.allowedSenders)
        restrictions.rejectedSenders = Set(user.rejectedSenders)
        return DirectoryUser(
            isActive: user.isActive, passwordChange: Int64(user.passwordDay ?? 0) * 86_400, restrictions: restrictions)
    }

    private func list(_ list: DirectoryContent.List, isManaged: Bool) -> AddressList? {
        guard let address = Mailbox(parsing: list.address) else { return nil }
        var found = AddressList(address: address, policy: ListPolicy(stored: list.policy))
        found.isSubscribable = isManaged
        found.leftToManager = isManaged ? [.members, .moderators, .membersAndModerators] : []
        return found
    }

    private func roles(of person: String, in address: String) -> ListRoles {
        (content.aliases + content.lists).filter { $0.address == address }.reduce(into: ListRoles()) { roles, list in
            if list.members.contains(person) { roles.insert(.member) }
            if list.moderators.contains(person) { roles.insert(.moderator) }
            if list.owners.contains(person) { roles.insert(.owner) }
        }
    }

    // MARK: - Access lists

    /// Each account and each entry once; its place is its number.
    private var locals: [AccessEntry] { numbered(["@."] + content.access.map(\.account)) }
    private var externals: [AccessEntry] { numbered(content.access.map(\.entry)) }

    private func numbered(_ texts: [String]) -> [AccessEntry] {
        var seen: [String] = []
        for text in texts where !seen.contains(text) { seen.append(text) }
        return seen.enumerated().compactMap { AccessEntry(id: Int64($0.offset + 1), text: $0.element) }
    }

    private func covering(_ keys: [String], _ entries: [AccessEntry]) -> [AccessEntry] {
        entries.filter { keys.contains($0.pattern.description) }
    }

    private func keys(_ address: EnvelopeAddress, withWildcard: Bool) -> [String] {
        guard withWildcard, let local = address.mailbox?.localPart.split(separator: "+").first else {
            return address.policyAddresses
        }
        return address.policyAddresses + ["\(local)@*"]
    }

    private func covers(_ entry: AccessEntry, _ client: ClientAddress) -> Bool {
        guard let address = client.address else { return false }
        switch entry.pattern {
        case .ip(let other): return other == address
        case .cidr(let network): return network.contains(address)
        case .wildcardIP(let wildcard): return client.wildcardForms(all: false).contains(wildcard.description)
        default: return false
        }
    }

    private func listing(_ local: Int64, _ external: Int64) -> AccessListing {
        guard let account = locals.first(where: { $0.id == local })?.pattern.description,
            let entry = externals.first(where: { $0.id == external })?.pattern.description
        else { return AccessListing() }
        func colour(isOutbound: Bool) -> ListColour? {
            content.access.first { $0.account == account && $0.entry == entry && $0.isOutbound == isOutbound }
                .flatMap { ListColour(stored: $0.colour) }
        }
        return AccessListing(inbound: colour(isOutbound: false), outbound: colour(isOutbound: true))
    }

    // MARK: - Reverse names

    private func has(_ colour: String, _ name: String) -> Bool {
        let keys = ReverseNameEntry.keys(of: name)
        return content.reverseNames.contains { $0.colour == colour && keys.contains($0.name.lowercased()) }
    }
}
