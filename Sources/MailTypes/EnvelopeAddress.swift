/// A sender or a recipient of the envelope, as Postfix hands it over.
///
/// A text that is no address is kept, so that it never escapes a check: it counts as itself and is covered by the
/// entry for all addresses only.
public enum EnvelopeAddress: Sendable, Hashable {
    /// No address: the null sender of bounces, or the recipient of a request that concerns several ones.
    case null

    /// An address.
    case mailbox(Mailbox)

    /// A text that is no address: lower case, without controls, at most 320 bytes.
    case malformed(String)

    /// Takes any text. Only the empty one is `null`.
    public init(parsing text: String) {
        if text.isEmpty {
            self = .null
        } else if let mailbox = Mailbox(parsing: text) {
            self = .mailbox(mailbox)
        } else {
            self = .malformed(EnvelopeAddress.cleaned(text))
        }
    }

    /// The address, if it is one.
    public var mailbox: Mailbox? {
        guard case .mailbox(let mailbox) = self else { return nil }
        return mailbox
    }

    /// The domain, if there is one.
    public var domain: Domain? { mailbox?.domain }

    /// The list entries that cover the address, most specific first; without an address only the one for all.
    public var policyAddresses: [String] {
        mailbox?.policyAddresses ?? [Mailbox.catchAll]
    }

    /// The text that stands for the address in records: the normalised address without extension, the kept text of a
    /// malformed one, the empty text for none.
    public func trackingKey(delimiters: RecipientDelimiters) -> String {
        switch self {
        case .null: ""
        case .mailbox(let mailbox): mailbox.withoutExtension(delimiters: delimiters).text
        case .malformed(let text): text
        }
    }

    /// The text in lower case, every control replaced, cut to 320 bytes between two characters.
    static func cleaned(_ text: String) -> String {
        var result = String.UnicodeScalarView()
        var length = 0
        for scalar in text.unicodeScalars {
            let clean = scalar.isControl ? "?" : scalar.properties.lowercaseMapping
            length &+= clean.utf8.count
            guard length <= Mailbox.maximumLength else { break }
            result.append(contentsOf: clean.unicodeScalars)
        }
        return String(result)
    }
}

/// The sender of the envelope.
public typealias EnvelopeSender = EnvelopeAddress

/// A recipient of the envelope.
public typealias EnvelopeRecipient = EnvelopeAddress

extension EnvelopeAddress: CustomStringConvertible {
    /// The normalised address or the kept text; empty for `null`.
    public var description: String {
        switch self {
        case .null: ""
        case .mailbox(let mailbox): mailbox.text
        case .malformed(let text): text
        }
    }
}
