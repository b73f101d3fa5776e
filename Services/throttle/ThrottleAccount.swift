public import MailTypes

/// A sender or a recipient as it is looked up and counted.
public struct ThrottleAccount: Sendable, Hashable {
    /// The name it is counted under: the address, or a text that is none; empty for the null sender and for recipients
    /// that are not known.
    public let key: String
    /// The address, if it is one.
    public let mailbox: Mailbox?
    /// The same local part at the domain that the address's domain is an alias of.
    public let aliasTarget: Mailbox?

    /// No account: only what is known of the client counts.
    public static let none = ThrottleAccount(.null)

    /// An account. Without `delimiters` the address keeps its extension, as login names do.
    public init(_ address: EnvelopeAddress, delimiters: RecipientDelimiters = .none, aliasTarget target: String? = nil)
    {
        let mailbox = address.mailbox?.withoutExtension(delimiters: delimiters)
        self.mailbox = mailbox
        key = mailbox?.text ?? address.description
        aliasTarget = mailbox.flatMap { Self.mailbox($0, at: target) }
    }

    /// The value of the fact `alias-target` is a domain, `none` or `unknown`.
    private static func mailbox(_ mailbox: Mailbox, at target: String?) -> Mailbox? {
        guard let target, target != "none", target != "unknown" else { return nil }
        return Mailbox(parsing: "\(mailbox.localPart)@\(target)")
    }

    /// The accounts of rules that cover it.
    var entries: [String] {
        guard !key.isEmpty else { return [] }
        guard let mailbox else { return [Mailbox.catchAll] }
        return mailbox.policyAddresses + ["\(mailbox.localPart)@*"]
    }

    /// The accounts of rules that cover the address it is an alias of.
    var aliasEntries: [String] {
        aliasTarget?.policyAddresses ?? []
    }
}
