/// The checks of this service that only read, in no order of precedence.
package enum DirectoryCheck: String, CaseIterable, Sendable {
    /// Clients by their reverse names.
    case reverseNameList = "rdns-list"
    /// Whether the sender is the user.
    case senderLogin = "sender-login"
    /// Whom users may write to, and who may write to them.
    case userRestrictions = "user-restrictions"
    /// Who may write to an alias.
    case aliasAccess = "alias-access"
    /// Who may write to a mailing list.
    case mailingListAccess = "maillist-access"
    /// Passwords that are too old.
    case passwordAge = "password-age"
    /// White and black lists.
    case accessList = "access-list"
}

/// How the checks decide.
package struct DirectoryRules: Sendable, Equatable {
    /// For `sender-login`.
    package var senderLogin = SenderLogin()
    /// For `access-list`.
    package var accessList = AccessList()
    /// For `rdns-list`.
    package var reverseNameList = ReverseNameList()
    /// For `password-age`.
    package var passwordAge = PasswordAge()

    /// As shipped.
    package init() {}

    /// Decides one check.
    package func decide(
        _ check: DirectoryCheck, _ subject: DirectorySubject, _ knowledge: inout Knowledge
    ) -> Decision {
        switch check {
        case .reverseNameList: reverseNameList.decide(subject, &knowledge)
        case .senderLogin: senderLogin.decide(subject, &knowledge)
        case .userRestrictions: UserRestrictions.decide(subject, &knowledge)
        case .aliasAccess: AliasAccess.decide(subject, &knowledge)
        case .mailingListAccess: MailingListAccess.decide(subject, &knowledge)
        case .passwordAge: passwordAge.decide(subject, &knowledge)
        case .accessList: accessList.decide(subject, &knowledge)
        }
    }
}
