internal import MailTypes

/// `user-restrictions`: whom a user may write to, and who may write to him. Both sides are always looked at.
package enum UserRestrictions {
    /// Decides.
    package static func decide(_ subject: DirectorySubject, _ knowledge: inout Knowledge) -> Decision {
        let writing = account(of: subject.actor, &knowledge)
        let reading = account(of: subject.recipient, &knowledge)
        if let user = writing?.user, user.restrictions.rejects(recipient: subject.recipient) {
            return .notAuthorized("the sender may not write to this recipient")
        }
        if let user = reading?.user, user.restrictions.rejects(sender: subject.sender) {
            return .notAuthorized("the recipient takes no mail from this sender")
        }
        return writing == nil || reading == nil ? .undecided : .none
    }

    /// The account of a user with an address, also when it is given with another name of his domain; without a user
    /// what else is there, nil while that is not known.
    private static func account(of address: EnvelopeAddress, _ knowledge: inout Knowledge) -> AccountEntry? {
        guard let mailbox = address.mailbox else { return .nothing }
        let account = knowledge.account(mailbox)
        let domain = knowledge.domain(mailbox.domain)
        guard let account, let domain else { return nil }
        guard account.user == nil, let target = domain.aliasTarget, let primary = mailbox.at(target) else {
            return account
        }
        return knowledge.account(primary)
    }
}
