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

extension DirectoryCheck {
    /// The check of a name; each request names several. Their lengths, and the first letters of those with equal ones,
    /// tell them apart, so each is compared with one name only.
    init?(name: String) {
        guard let check = Self.only(length: name.utf8.count, first: name.utf8.first), check.rawValue == name else {
            return nil
        }
        self = check
    }

    /// The only check with a name that long, which begins like that.
    private static func only(length: Int, first: @autoclosure () -> UInt8?) -> Self? {
        switch length {
        case 9: .reverseNameList
        case 11: .accessList
        case 12:
            switch first() {
            case UInt8(ascii: "s"): .senderLogin
            case UInt8(ascii: "a"): .aliasAccess
            default: .passwordAge
            }
        case 15: .mailingListAccess
        case 17: .userRestrictions
        default: nil
        }
    }
}

/// How the checks decide. An object, since each check of each request looks at it.
package final class DirectoryRules: Sendable {
    /// For `sender-login`.
    let senderLogin: SenderLogin
    /// For `access-list`.
    let accessList: AccessList
    /// For `rdns-list`.
    let reverseNameList: ReverseNameList
    /// For `password-age`.
    let passwordAge: PasswordAge

    /// These rules.
    init(
        senderLogin: SenderLogin, accessList: AccessList, reverseNameList: ReverseNameList, passwordAge: PasswordAge
    ) {
        self.senderLogin = senderLogin
        self.accessList = accessList
        self.reverseNameList = reverseNameList
        self.passwordAge = passwordAge
    }

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
