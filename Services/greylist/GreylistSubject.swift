internal import MailTypes
internal import PostfixProtocol

/// One attempt as greylisting sees it: its triplet and the list entries that cover it.
struct GreylistSubject: Sendable {
    /// An entry that covers the recipient.
    struct RecipientKey: Sendable, Hashable {
        /// The entry, such as `@example.com`.
        var text: String
        /// Whether it covers only the alias target of the recipient's domain.
        var isAliasDerived = false
    }

    var triplet: Triplet
    var client: IPAddress
    /// The entries that cover the sender or the client.
    var senderKeys: [String]
    var recipientKeys: [RecipientKey]

    /// Derives the keys of an attempt.
    /// - Parameters:
    ///   - aliasTarget: The domain that the recipient's domain is another name for.
    ///   - allWildcards: Whether entries with `*` in any field count, or only `w.x.y.*` and `w.x.*.z`.
    init(
        client: IPAddress, sender: EnvelopeAddress, recipient: EnvelopeAddress, aliasTarget: Domain? = nil,
        delimiters: RecipientDelimiters, allWildcards: Bool
    ) {
        let sender = sender.withoutExtension(delimiters)
        let recipient = recipient.withoutExtension(delimiters)
        triplet = Triplet(
            client: client.description, sender: sender.description, recipient: recipient.description)
        self.client = client
        senderKeys =
            sender.policyAddresses + [triplet.client]
            + ClientAddress.address(client).wildcardForms(all: allWildcards)
        recipientKeys = Self.keys(of: recipient, aliasTarget: aliasTarget)
    }

    private static func keys(of recipient: EnvelopeAddress, aliasTarget: Domain?) -> [RecipientKey] {
        let own = recipient.policyAddresses
        let keys = own.map { RecipientKey(text: $0) }
        guard let aliasTarget, let mailbox = recipient.mailbox,
            let mapped = Mailbox(parsing: "\(mailbox.localPart)@\(aliasTarget.text)")
        else { return keys }
        let added = mapped.policyAddresses.filter { !own.contains($0) }
        return keys + added.map { RecipientKey(text: $0, isAliasDerived: true) }
    }
}

extension EnvelopeAddress {
    fileprivate func withoutExtension(_ delimiters: RecipientDelimiters) -> EnvelopeAddress {
        mailbox.map { .mailbox($0.withoutExtension(delimiters: delimiters)) } ?? self
    }
}
