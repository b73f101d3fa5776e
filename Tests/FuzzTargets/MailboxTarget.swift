import MailTypes

/// Addresses of the envelope, mailboxes and domains.
public enum MailboxTarget: FuzzTarget {
    /// `mailbox`
    public static let name = "mailbox"

    /// Reads the text as an address of the envelope, as an administrator's, as in SMTP, and as a domain.
    public static func check(_ bytes: [UInt8]) throws(BrokenInvariant) {
        let text = String(decoding: bytes, as: UTF8.self)
        if let domain = Domain(parsing: text) { try check(domain, of: text) }
        if let mailbox = Mailbox(parsing: text) { try check(mailbox, of: text) }
        if let mailbox = Mailbox(smtpPath: text) {
            try same(Mailbox(smtpPath: mailbox.smtpPath), mailbox, "an address as in SMTP")
        }
        try checkTyped(text)
        try check(EnvelopeAddress(parsing: text), of: text)
    }

    private static func check(_ domain: Domain, of text: String) throws(BrokenInvariant) {
        try hold(domain.text.utf8.count <= 3 * Domain.maximumLength, "a domain grew without bound")
        try hold(!domain.text.hasControl, "a domain has control characters")
        if domain.isAddressLiteral {
            try hold(text.utf8.allSatisfy { $0 < 0x80 }, "an address literal has other characters than ASCII")
        }
        guard domain.text.utf8.count <= Domain.maximumLength else { return }
        try same(Domain(parsing: domain.text)?.text, domain.text, "a normalised domain")
        try same(domain.parents.count, domain.isAddressLiteral ? 0 : domain.labelCount - 1, "the names above")
        for parent in domain.parents {
            try hold(domain.isSubdomain(of: parent) && !parent.isSubdomain(of: domain), "a name and one above it")
        }
    }

    private static func check(_ mailbox: Mailbox, of text: String) throws(BrokenInvariant) {
        let given = text.utf8.last == UInt8(ascii: ".") ? String(Substring(text.utf8.dropLast())) : text
        try same(mailbox.original, given, "the original address")
        try same("\(mailbox.originalLocalPart)@\(mailbox.originalDomain)", given, "the two halves of an address")
        try same(Domain(parsing: String(mailbox.originalDomain)), mailbox.domain, "the domain of an address")
        try same(mailbox.text, "\(mailbox.localPart)@\(mailbox.domain)", "a normalised address")
        try hold(!mailbox.text.hasControl, "an address has control characters")
        try same(Mailbox(smtpPath: mailbox.smtpPath), mailbox, "an address written as in SMTP")
        let covering = mailbox.policyAddresses
        try hold(covering.first == mailbox.text && covering.last == Mailbox.catchAll, "the entries that cover it")
        let bare = mailbox.withoutExtension(delimiters: ["+"])
        try same(bare.withoutExtension(delimiters: ["+"]), bare, "an address without extension")
        try same(bare.domain, mailbox.domain, "the domain without extension")
        if mailbox.text.utf8.count <= Mailbox.maximumLength {
            try same(Mailbox(parsing: mailbox.text)?.text, mailbox.text, "a normalised address, read again")
        }
    }

    /// Every text that is none gets an error that can be shown.
    private static func checkTyped(_ text: String) throws(BrokenInvariant) {
        do {
            try same(Mailbox(smtpPath: text), try Mailbox(typed: text), "an address as it is typed")
        } catch let error as MailboxSyntaxError {
            try hold(!error.description.isEmpty && !error.description.hasControl, "an error cannot be shown")
            try hold(error.description.utf8.count <= 1_024, "an error is too long")
            guard case .needsQuotes(let form) = error.reason else { return }
            try hold(Mailbox(smtpPath: form) != nil, "the quoted form is none: \(form)")
        } catch {
            throw BrokenInvariant("\(error)")
        }
    }

    /// No text escapes.
    private static func check(_ address: EnvelopeAddress, of text: String) throws(BrokenInvariant) {
        try same(address == .null, text.isEmpty, "the null address")
        try hold(!address.description.hasControl, "an address of the envelope has control characters")
        try hold(address.description.utf8.count <= 4 * Mailbox.maximumLength, "an address grew without bound")
        try hold(address.policyAddresses.last == Mailbox.catchAll, "an address that no entry covers")
        try hold(text.isEmpty || !address.trackingKey(delimiters: ["+"]).isEmpty, "an address without a key")
    }
}
