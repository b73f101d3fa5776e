internal import MailTypes

/// A list or an alias with what its policy needs to know: which address was written to, and who writes.
struct ListAccess {
    let list: AddressList
    let received: Mailbox
    let sender: Mailbox?

    /// The domain that the list belongs to.
    var home: Domain { list.address.domain }

    /// What was found out.
    enum Found {
        case list(ListAccess)
        /// The address is no such list.
        case none
        /// Something is not known yet.
        case undecided
    }

    /// Looks the recipient up, first as received, then at the domain that its domain is another name for.
    static func find(
        _ kind: (AccountEntry) -> AddressList?, _ subject: DirectorySubject, _ knowledge: inout Knowledge
    ) -> Found {
        guard let recipient = subject.recipient.mailbox else { return .none }
        let sender = subject.sender.mailbox
        let account = knowledge.account(recipient)
        let domain = knowledge.domain(recipient.domain)
        // Nearly every policy will want it.
        if let sender { _ = knowledge.domain(sender.domain) }
        guard let account, let domain else { return .undecided }
        if let list = kind(account) {
            return .list(ListAccess(list: list, received: recipient, sender: sender))
        }
        guard let target = domain.aliasTarget, let primary = recipient.at(target) else { return .none }
        guard let account = knowledge.account(primary) else {
            anticipate(primary, received: recipient, sender, &knowledge)
            return .undecided
        }
        guard let list = kind(account) else { return .none }
        return .list(ListAccess(list: list, received: recipient, sender: sender))
    }

    /// Asks for what a policy may want before it is known which one there is: otherwise that would be a third round.
    private static func anticipate(
        _ primary: Mailbox, received: Mailbox, _ sender: Mailbox?, _ knowledge: inout Knowledge
    ) {
        let access = ListAccess(
            list: AddressList(address: primary, policy: .unknown), received: received, sender: sender)
        _ = access.has(.member, orDomain: true, &knowledge)
        _ = access.isWithin(below: true, &knowledge)
    }

    // MARK: - Domains

    /// Whether the sender's domain is the list's, under any of its names; with `below` also when it lies below one.
    func isWithin(below: Bool, _ knowledge: inout Knowledge) -> Bool? {
        guard let sender else { return false }
        let candidates = below ? [sender.domain] + sender.domain.parents : [sender.domain]
        var isKnown = true
        for domain in candidates {
            if domain == received.domain || domain == home { return true }
            guard let entry = knowledge.domain(domain) else {
                isKnown = false
                continue
            }
            if entry.owner == home { return true }
        }
        return isKnown ? false : nil
    }

    // MARK: - Roles

    /// The addresses the sender may be known by: his own, and where his domain is another name of the list's, the same
    /// local part there.
    private func variants(_ knowledge: inout Knowledge) -> [Mailbox]? {
        guard let sender else { return [] }
        guard let domain = knowledge.domain(sender.domain) else { return nil }
        guard domain.aliasTarget == home else { return [sender] }
        let others = [sender.at(received.domain), sender.at(home)].compactMap(\.self)
        return others.reduce(into: [sender]) { if !$0.contains($1) { $0.append($1) } }
    }

    /// Whether the sender has one of `roles`, under any of his addresses; with `orDomain` also by `*@DOMAIN`.
    func has(_ roles: ListRoles, orDomain: Bool, _ knowledge: inout Knowledge) -> Bool? {
        guard let sender else { return false }
        let addresses = variants(&knowledge)
        var people = (addresses ?? [sender]).map(\.text)
        if orDomain { people.append("*@\(sender.domain.text)") }
        var isKnown = addresses != nil
        for (index, person) in people.enumerated() {
            guard let found = knowledge.roles(of: person, in: list.address) else {
                isKnown = false
                continue
            }
            // A pattern is a moderator, never a member.
            let wanted = orDomain && index == people.count - 1 ? roles.intersection(.moderator) : roles
            if !found.isDisjoint(with: wanted) { return true }
            if wanted.contains(.moderator), list.moderators.contains(person) { return true }
        }
        return isKnown ? false : nil
    }
}
