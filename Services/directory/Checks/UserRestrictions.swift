internal import MailTypes

/// `user-restrictions`: whom a user may write to, and who may write to him. Both sides are always looked at.
package enum UserRestrictions {
    /// Decides.
    package static func decide(_ subject: DirectorySubject, _ knowledge: inout Knowledge) -> Decision {
        let writing = user(of: subject.actor, &knowledge)
        let reading = user(of: subject.recipient, &knowledge)
        if case .known(let user?) = writing, user.restrictions.rejects(recipient: subject.recipient) {
            return .notAuthorized("the sender may not write to this recipient")
        }
        if case .known(let user?) = reading, user.restrictions.rejects(sender: subject.sender) {
            return .notAuthorized("the recipient takes no mail from this sender")
        }
        if case .undecided = writing { return .undecided }
        if case .undecided = reading { return .undecided }
        return .none
    }

    private enum Found {
        case known(DirectoryUser?)
        case undecided
    }

    /// The user with an address, also when it is given with another name of his domain.
    private static func user(of address: EnvelopeAddress, _ knowledge: inout Knowledge) -> Found {
        guard let mailbox = address.mailbox else { return .known(nil) }
        let account = knowledge.account(mailbox)
        let domain = knowledge.domain(mailbox.domain)
        guard let account, let domain else { return .undecided }
        if let user = account.user { return .known(user) }
        guard let target = domain.aliasTarget, let primary = mailbox.at(target) else { return .known(nil) }
        guard let account = knowledge.account(primary) else { return .undecided }
        return .known(account.user)
    }
}
