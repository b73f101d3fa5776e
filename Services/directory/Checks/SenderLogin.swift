package import MailTypes
internal import PostfixProtocol
internal import ServiceProtocol

/// `sender-login`: who did not log in may not use an address of a local domain, and who did only addresses of his own.
package struct SenderLogin: Sendable, Equatable {
    /// Whether mail of clients that did not log in is looked at.
    package var checksForgedSenders = true
    /// Senders that need no login: addresses, domains, `user@*`; in lower case.
    package var allowedForgedSenders: Set<String> = []
    /// Whether the SPF record of the sender's domain may vouch for the client.
    package var asksSPF = true
    /// Users who may send as others: addresses, domains; `@DOMAIN` and `@.` as others of their own domain.
    package var allowedMismatches: Set<String> = []
    /// Whether a user may send as his additional addresses.
    package var allowsOwnAliases = true
    /// Whether a user may send as an alias or a list that he is a member of.
    package var allowsListMembers = false
    /// Whether mlmmjadmin can be asked for subscribers.
    package var asksMLMMJAdmin = false
    /// What separates a local part from its extension.
    package var delimiters: RecipientDelimiters = ["+"]

    /// As shipped.
    package init() {}

    /// Decides.
    package func decide(_ subject: DirectorySubject, _ knowledge: inout Knowledge) -> Decision {
        guard let user = subject.user else { return decideForged(subject, &knowledge) }
        guard subject.sender != .null else { return .none }
        return decide(sender: subject.sender, user: user, &knowledge)
    }

    // MARK: - Without login

    private func decideForged(_ subject: DirectorySubject, _ knowledge: inout Knowledge) -> Decision {
        guard !subject.isTrusted, checksForgedSenders, let sender = subject.sender.mailbox, !mayBeForged(sender)
        else { return .none }
        guard let domain = knowledge.domain(sender.domain) else { return .undecided }
        guard domain.hosting == .local else { return .none }
        guard asksSPF else { return Self.forged }
        guard let name = FactWant(kind: "spf-listed", attribute: "sender").name(for: sender.text) else {
            return Self.forged
        }
        switch subject.fact(name) {
        case "yes": return .none
        case "no": return Self.forged
        case nil: return .needs([name])
        default: return Self.dnsFailure
        }
    }

    private func mayBeForged(_ sender: Mailbox) -> Bool {
        guard !allowedForgedSenders.isEmpty else { return false }
        return [sender.text, sender.domain.text, "\(sender.localPart)@*"].contains(where: allowedForgedSenders.contains)
    }

    private static let forged = Decision.reject(
        "SMTP AUTH is required for users under this sender domain", reason: "local sender domain without login")

    private static let dnsFailure = Decision.verdict(
        .action(PolicyAction(parsing: "DEFER_IF_PERMIT 4.4.3 temporary DNS failure") ?? .serviceUnavailable),
        reason: "local sender domain without login, and its SPF record cannot be had")

    private static let mismatch = Decision.reject(
        "Sender is not same as SMTP authenticate username", reason: "not an address of the user")

    // MARK: - With login

    private func decide(
        sender: EnvelopeAddress, user: EnvelopeAddress, _ knowledge: inout Knowledge
    ) -> Decision {
        if sender == user || isExtension(of: sender, user) { return .none }
        if allowedMismatches.isEmpty, !allowsOwnAliases, !allowsListMembers { return Self.mismatch }
        if mayMismatch(user, sender) { return .none }
        guard let sender = sender.mailbox, let user = user.mailbox, allowsOwnAliases || allowsListMembers else {
            return Self.mismatch
        }
        return decide(sender, user, &knowledge)
    }

    /// Whether the user's name without its extension is the sender.
    private func isExtension(of sender: EnvelopeAddress, _ user: EnvelopeAddress) -> Bool {
        guard let user = user.mailbox, let sender = sender.mailbox else { return false }
        return user.withoutExtension(delimiters: delimiters) == sender
    }

    private func mayMismatch(_ user: EnvelopeAddress, _ sender: EnvelopeAddress) -> Bool {
        guard !allowedMismatches.isEmpty else { return false }
        if allowedMismatches.contains(user.description) { return true }
        guard let domain = user.domain else { return false }
        if allowedMismatches.contains(domain.text) { return true }
        return sender.domain == domain
            && (allowedMismatches.contains("@\(domain.text)") || allowedMismatches.contains(Mailbox.catchAll))
    }

    private func decide(_ sender: Mailbox, _ user: Mailbox, _ knowledge: inout Knowledge) -> Decision {
        let own = isPermitted(sender, user, &knowledge)
        if own == true { return .none }
        guard sender.domain != user.domain else { return own == nil ? .undecided : Self.mismatch }
        guard let domain = knowledge.domain(sender.domain) else { return .undecided }
        guard domain.aliasTarget == user.domain, let primary = sender.at(user.domain) else {
            return own == nil ? .undecided : Self.mismatch
        }
        if allowsOwnAliases, primary == user || user.withoutExtension(delimiters: delimiters) == primary {
            return .none
        }
        let primaryOwn = isPermitted(primary, user, &knowledge)
        if primaryOwn == true { return .none }
        return own == nil || primaryOwn == nil ? .undecided : Self.mismatch
    }

    /// Whether the user may send as `address` by what is known of it alone; nil when that is not known.
    private func isPermitted(_ address: Mailbox, _ user: Mailbox, _ knowledge: inout Knowledge) -> Bool? {
        let entry = knowledge.account(address)
        let roles = allowsListMembers ? knowledge.roles(of: user.text, in: address) : []
        if allowsOwnAliases, entry?.owners.contains(where: { isOwner($0, user) }) == true { return true }
        if allowsListMembers, roles?.contains(.member) == true { return true }
        guard let entry, roles != nil else { return nil }
        guard allowsListMembers, asksMLMMJAdmin, let list = entry.mailingList, list.isActive, list.isSubscribable
        else { return false }
        return knowledge.hasSubscribed(user, to: list.address)
    }

    /// The address of an alias is stored for a user's main address, or for that with an extension.
    private func isOwner(_ owner: Mailbox, _ user: Mailbox) -> Bool {
        owner == user || owner.withoutExtension(delimiters: delimiters) == user
    }
}
