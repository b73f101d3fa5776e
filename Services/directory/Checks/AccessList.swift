internal import MailTypes
internal import PostfixProtocol
internal import ServiceProtocol

/// `access-list`: the white and black lists of users, domains and the whole server, in Amavisd's tables.
package struct AccessList: Sendable, Equatable {
    /// Whether the lists for outgoing mail are left out.
    package var skipsOutgoing = false
    /// Whether refused mail is accepted and thrown away instead; only by the server's own list, since DISCARD is for
    /// all recipients of a message.
    package var discards = false
    /// Whether it is thrown away by anybody's list.
    package var discardsByAnyList = false

    /// As shipped.
    package init() {}

    /// A local account's or an entry's row with its place among others.
    private struct Row {
        var entry: AccessEntry
        var order: AddressPatternOrder
    }

    private enum Outcome {
        case colour(ListColour, local: AccessEntry, external: AccessEntry)
        case nothing
        case undecided
    }

    /// Decides.
    package func decide(_ subject: DirectorySubject, _ knowledge: inout Knowledge) -> Decision {
        let sender = subject.actor
        guard sender != .null, sender != subject.recipient else { return .none }
        let senderTarget = target(of: sender, &knowledge)
        let recipientTarget = target(of: subject.recipient, &knowledge)
        // Which rows count depends on it; so these are two rounds for the lists' database, never three.
        guard senderTarget.isKnown, recipientTarget.isKnown else { return .undecided }
        let outbound = outbound(subject, senderTarget.mailbox, recipientTarget.mailbox, &knowledge)
        let inbound =
            checksInbound(subject, recipientTarget.entry)
            ? inbound(subject, senderTarget.mailbox, recipientTarget.mailbox, &knowledge) : .nothing
        switch outbound {
        case .undecided: return .undecided
        case .colour(.black, let local, let external): return refuse(local, external, "outbound")
        case .colour(.white, _, _), .nothing: break
        }
        switch inbound {
        case .undecided: return .undecided
        case .nothing: return .none
        case .colour(.black, let local, let external): return refuse(local, external, "inbound")
        case .colour(.white, let local, let external):
            // The frontend lets OK stand only where it may, and for local recipients.
            return .verdict(.action(.ok), reason: "whitelisted: \(local.pattern) \(external.pattern)")
        }
    }

    private func outbound(
        _ subject: DirectorySubject, _ senderTarget: Mailbox?, _ recipientTarget: Mailbox?,
        _ knowledge: inout Knowledge
    ) -> Outcome {
        guard let user = subject.user, !skipsOutgoing else { return .nothing }
        let local = locals(user, senderTarget, &knowledge)
        let external = externals(subject.recipient, recipientTarget, withWildcard: false, &knowledge)
        return find(\.outbound, local: local, external: external, &knowledge)
    }

    private func inbound(
        _ subject: DirectorySubject, _ senderTarget: Mailbox?, _ recipientTarget: Mailbox?,
        _ knowledge: inout Knowledge
    ) -> Outcome {
        let local = locals(subject.recipient, recipientTarget, &knowledge)
        let external = externals(
            subject.actor, senderTarget, withWildcard: subject.user == nil, client: subject.client, &knowledge)
        return find(\.inbound, local: local, external: external, &knowledge)
    }

    private func checksInbound(_ subject: DirectorySubject, _ recipient: DomainEntry?) -> Bool {
        guard let user = subject.user else { return true }
        return user.domain != nil && user.domain == subject.recipient.domain || recipient?.hosting != nil
    }

    private func refuse(_ local: AccessEntry, _ external: AccessEntry, _ direction: String) -> Decision {
        let reason = "\(direction) blacklisted: \(local.pattern) \(external.pattern)"
        let mayDiscard = discards && (discardsByAnyList || local.pattern == .catchall)
        return mayDiscard ? .discard(reason) : .reject("Blacklisted", reason: reason)
    }

    // MARK: - Rows

    /// The address at the domain that its domain is another name for.
    private func target(
        of address: EnvelopeAddress, _ knowledge: inout Knowledge
    ) -> (mailbox: Mailbox?, entry: DomainEntry?, isKnown: Bool) {
        guard let mailbox = address.mailbox else { return (nil, nil, true) }
        guard let entry = knowledge.domain(mailbox.domain) else { return (nil, nil, false) }
        return (entry.aliasTarget.flatMap { mailbox.at($0) }, entry, true)
    }

    private func locals(
        _ address: EnvelopeAddress, _ target: Mailbox?, _ knowledge: inout Knowledge
    ) -> [Row]? {
        rows(knowledge.localEntries(address), target.map { knowledge.localEntries(.mailbox($0)) })
    }

    private func externals(
        _ address: EnvelopeAddress, _ target: Mailbox?, withWildcard: Bool, client: ClientAddress? = nil,
        _ knowledge: inout Knowledge
    ) -> [Row]? {
        let own = knowledge.externalEntries(address, withWildcard: withWildcard)
        let clients = client?.address == nil ? [] : client.flatMap { knowledge.clientEntries($0) }
        let derived = target.map { knowledge.externalEntries(.mailbox($0), withWildcard: false) }
        guard let own, let clients else { return nil }
        return rows(clients.isEmpty ? own : own + clients, derived)
    }

    private func rows(_ own: [AccessEntry]?, _ derived: [AccessEntry]??) -> [Row]? {
        guard let own else { return nil }
        var rows = own.map { Row(entry: $0, order: $0.order(isAliasDerived: false)) }
        if let derived {
            guard let derived else { return nil }
            for entry in derived where !own.contains(entry) {
                rows.append(Row(entry: entry, order: entry.order(isAliasDerived: true)))
            }
        }
        if rows.count > 1 { rows.sort { $0.order < $1.order } }
        return rows
    }

    /// The first pair that says anything: the most specific local account first, then the most specific entry.
    private func find(
        _ direction: (AccessListing) -> ListColour?, local: [Row]?, external: [Row]?,
        _ knowledge: inout Knowledge
    ) -> Outcome {
        guard let local, let external else { return .undecided }
        var isKnown = true
        for account in local {
            for entry in external {
                let listing = knowledge.listing(local: account.entry.id, external: entry.entry.id)
                guard let listing else {
                    isKnown = false
                    continue
                }
                guard isKnown, let colour = direction(listing) else { continue }
                return .colour(colour, local: account.entry, external: entry.entry)
            }
        }
        return isKnown ? .nothing : .undecided
    }
}
