internal import MailTypes
internal import PostfixProtocol

/// `maillist-access`: who may write to a mailing list. Some policies mlmmj itself sees to.
package enum MailingListAccess {
    /// Decides.
    package static func decide(_ subject: DirectorySubject, _ knowledge: inout Knowledge) -> Decision {
        switch ListAccess.find(\.mailingList, subject, &knowledge) {
        case .none: .none
        case .undecided: .undecided
        case .list(let access): decide(access, subject, &knowledge)
        }
    }

    private static func decide(
        _ access: ListAccess, _ subject: DirectorySubject, _ knowledge: inout Knowledge
    ) -> Decision {
        let list = access.list
        if subject.user != nil, subject.user == subject.recipient { return .none }
        guard list.isActive else { return .reject("Policy rejection", reason: "list \(list.address) is switched off") }
        if list.policy == .everybody || list.policy == .unknown || list.leftToManager.contains(list.policy) {
            return .none
        }
        if isWelcome(access) { return .none }
        let roles = access.has([.moderator, .owner], orDomain: false, &knowledge)
        if roles == true { return .none }
        let isAllowed: Bool? =
            switch list.policy {
            case .domain: access.isWithin(below: false, &knowledge)
            case .subdomain: access.isWithin(below: true, &knowledge)
            case .members: access.has(.member, orDomain: false, &knowledge)
            case .membersAndModerators: access.has([.member, .inactiveMember], orDomain: false, &knowledge)
            case .moderators: isKnownByAnotherName(access, subject, &knowledge)
            case .everybody, .unknown: true
            }
        if isAllowed == true { return .none }
        guard isAllowed != nil, roles != nil else { return .undecided }
        return .notAuthorized("list \(list.address): \(list.policy)")
    }

    /// Whether the list's own entry names the sender: as owner or moderator, or among those who may always write, by
    /// address, `DOMAIN`, `*@DOMAIN`, or `.DOMAIN` for his or a higher domain.
    private static func isWelcome(_ access: ListAccess) -> Bool {
        let list = access.list
        guard let sender = access.sender else { return false }
        if list.moderators.contains(sender.text) || list.owners.contains(sender.text) { return true }
        guard !list.allowed.isEmpty else { return false }
        let domains = [sender.domain] + sender.domain.parents
        return [sender.text, sender.domain.text, "*@\(sender.domain.text)"].contains(where: list.allowed.contains)
            || domains.contains { list.allowed.contains(".\($0.text)") }
    }

    /// Whether a user who logged in writes from another address of a moderator, or another name of a welcome domain.
    private static func isKnownByAnotherName(
        _ access: ListAccess, _ subject: DirectorySubject, _ knowledge: inout Knowledge
    ) -> Bool? {
        guard subject.user != nil, let sender = access.sender else { return false }
        let list = access.list
        let account = knowledge.account(sender)
        let domain = knowledge.domain(sender.domain)
        guard let account, let domain else { return nil }
        if domain.owner == access.home, let user = account.user, user.usesAdditionalAddresses,
            !user.addresses.isDisjoint(with: list.moderators.union(list.allowed))
        {
            return true
        }
        return domain.names.contains { list.allowed.contains($0.text) }
    }
}
