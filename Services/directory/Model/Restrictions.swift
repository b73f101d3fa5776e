package import MailTypes

/// Whom a user may write to, and who may write to the user. An entry is an address, `@DOMAIN`, `@.DOMAIN` (with all
/// names below it) or `@.` (everybody); what is allowed stands above what is rejected.
package struct Restrictions: Equatable, Sendable {
    /// Recipients the user may write to.
    package var allowedRecipients: Set<String> = []
    /// Recipients the user may not write to.
    package var rejectedRecipients: Set<String> = []
    /// Senders that may write to the user.
    package var allowedSenders: Set<String> = []
    /// Senders that may not.
    package var rejectedSenders: Set<String> = []

    /// None.
    package init() {}

    /// The entries of a column: separated by commas, in any case.
    package static func entries(_ text: String) -> Set<String> {
        Set(
            text.split(whereSeparator: { $0 == "," || $0.isNewline }).map { trimmed(String($0)) }.filter { !$0.isEmpty }
        )
    }

    /// An entry as it is compared.
    package static func trimmed(_ text: String) -> String {
        let isSpace: (Character) -> Bool = { $0 == " " || $0 == "\t" }
        let body = text.drop(while: isSpace)
        let end = body.lastIndex { !isSpace($0) }
        let entry = end.map { String(body[...$0]).lowercased() } ?? ""
        // Addresses are compared in their normal form, and so is what covers them.
        return AddressPattern(parsing: entry)?.description ?? entry
    }

    /// Whether mail to `recipient` is refused.
    package func rejects(recipient: EnvelopeAddress) -> Bool {
        Self.refuses(recipient, allowed: allowedRecipients, rejected: rejectedRecipients)
    }

    /// Whether mail from `sender` is refused.
    package func rejects(sender: EnvelopeAddress) -> Bool {
        Self.refuses(sender, allowed: allowedSenders, rejected: rejectedSenders)
    }

    private static func refuses(_ address: EnvelopeAddress, allowed: Set<String>, rejected: Set<String>) -> Bool {
        guard !rejected.isEmpty else { return false }
        let keys = address.policyAddresses
        return !keys.contains(where: allowed.contains) && keys.contains(where: rejected.contains)
    }
}
