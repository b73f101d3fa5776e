internal import MailTypes

/// `alias-access`: who may write to an alias for several addresses. The policy holds for everybody, also for those who
/// logged in.
package enum AliasAccess {
    /// Decides.
    package static func decide(_ subject: DirectorySubject, _ knowledge: inout Knowledge) -> Decision {
        switch ListAccess.find(\.alias, subject, &knowledge) {
        case .none: .none
        case .undecided: .undecided
        case .list(let access): decide(access, &knowledge)
        }
    }

    private static func decide(_ access: ListAccess, _ knowledge: inout Knowledge) -> Decision {
        let isAllowed: Bool? =
            switch access.list.policy {
            case .everybody, .unknown: true
            case .domain: access.isWithin(below: false, &knowledge)
            case .subdomain: access.isWithin(below: true, &knowledge)
            case .members: access.has(.member, orDomain: false, &knowledge)
            case .moderators: access.has(.moderator, orDomain: true, &knowledge)
            case .membersAndModerators: access.has([.member, .moderator], orDomain: true, &knowledge)
            }
        guard let isAllowed else { return .undecided }
        return isAllowed ? .none : .notAuthorized("alias \(access.list.address): \(access.list.policy)")
    }
}
