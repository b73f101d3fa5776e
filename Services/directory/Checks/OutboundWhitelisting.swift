package import MailTypes

/// `whitelist-outbound-list`: whom a user writes to may write back. Each recipient outside becomes an entry of the
/// user's white list, unless it is in one of his lists already.
package enum OutboundWhitelisting {
    /// A pair to be entered.
    package struct Entry: Hashable, Sendable {
        /// The user.
        package var account: Mailbox
        /// The recipient.
        package var address: Mailbox
    }

    /// The pairs that a message brings; nil while a recipient's domain is not known.
    package static func entries(
        user: EnvelopeAddress?, recipients: [Mailbox], _ knowledge: inout Knowledge
    ) -> [Entry]? {
        guard let user = user?.mailbox else { return [] }
        var isKnown = true
        var entries: [Entry] = []
        for recipient in recipients where recipient.domain != user.domain {
            guard let domain = knowledge.domain(recipient.domain) else {
                isKnown = false
                continue
            }
            if domain.hosting == nil { entries.append(Entry(account: user, address: recipient)) }
        }
        return isKnown ? entries : nil
    }
}
