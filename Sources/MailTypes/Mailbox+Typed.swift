/// Why a text an administrator typed is not taken as an address.
public struct MailboxSyntaxError: Error, Sendable, Hashable, CustomStringConvertible {
    /// What is wrong.
    public enum Reason: Sendable, Hashable {
        /// There is no `@`.
        case noAtSign
        /// Nothing stands before the `@`.
        case emptyLocalPart
        /// The local part needs quotes; the address is shown with them.
        case needsQuotes(String)
        /// What stands after the last `@` is neither a name nor an address literal.
        case badDomain(String)
        /// The domain has no dot.
        case noDotInDomain(String)
        /// The address has more than 320 bytes.
        case tooLong
        /// The address holds a control character, or quotes that do not end before the `@`.
        case badLocalPart
    }

    /// What is wrong.
    public let reason: Reason

    /// The error in words, fit to be shown after the text that was typed.
    public var description: String {
        switch reason {
        case .noAtSign: "not a mail address: it has no @"
        case .emptyLocalPart: "not a mail address: nothing stands before the @"
        case .needsQuotes(let form): "the part before the @ needs quotes: \(form)"
        case .badDomain(let domain): "not a mail address: \"\(domain)\" is not a domain"
        case .noDotInDomain(let domain): "not a mail address: the domain \"\(domain)\" has no dot"
        case .tooLong: "not a mail address: longer than \(Mailbox.maximumLength) bytes"
        case .badLocalPart: "not a mail address: the part before the @ has control characters or open quotes"
        }
    }
}

extension Mailbox {
    /// Reads an address as an administrator types it: written as in SMTP (RFC 5321 section 4.1.2), its domain with a
    /// dot.
    public init(typed text: String) throws(MailboxSyntaxError) {
        if let mailbox = Mailbox(smtpPath: text) {
            guard mailbox.domain.text.utf8.contains(UInt8(ascii: ".")) else {
                throw MailboxSyntaxError(reason: .noDotInDomain(mailbox.domain.text))
            }
            self = mailbox
        } else {
            throw MailboxSyntaxError(reason: Mailbox.fault(in: text))
        }
    }

    private static func fault(in text: String) -> MailboxSyntaxError.Reason {
        if text.utf8.count > maximumLength { return .tooLong }
        guard let at = text.utf8.lastIndex(of: UInt8(ascii: "@")) else { return .noAtSign }
        if at == text.startIndex || text.utf8.starts(with: "\"\"@".utf8) { return .emptyLocalPart }
        let domain = text[text.utf8.index(after: at)...]
        guard Domain(parsing: domain) != nil else {
            return .badDomain(String(EnvelopeAddress.cleaned(String(domain))))
        }
        guard text.utf8.first != UInt8(ascii: "\""), let mailbox = Mailbox(parsing: text) else { return .badLocalPart }
        return .needsQuotes(mailbox.smtpPath)
    }
}
