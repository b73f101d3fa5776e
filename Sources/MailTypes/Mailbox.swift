/// An address with a local part and a domain, as Postfix hands it to policy servers: without quotes.
///
/// Two mailboxes are equal when their normalised texts are, so the letter case of the local part does not count.
public struct Mailbox: Sendable {
    /// The longest address taken, in bytes.
    public static let maximumLength = 320

    /// An object: an address goes from hand to hand, and four texts are much to copy.
    private final class Parts: Sendable {
        let original: String
        let text: String
        let localPart: String
        let domain: Domain

        init(original: String, text: String, localPart: String, domain: Domain) {
            self.original = original
            self.text = text
            self.localPart = localPart
            self.domain = domain
        }
    }

    private let parts: Parts

    /// The address as it was given, without quotes and without a dot at its end, in its own letter case.
    public var original: String { parts.original }

    /// The normalised address: `localPart`, `@`, the domain's text.
    public var text: String { parts.text }

    /// The local part in lower case, by the rules of no particular language.
    public var localPart: String { parts.localPart }

    /// The domain.
    public var domain: Domain { parts.domain }

    /// Puts together parts that are already in normalised form.
    init(localPart: String, domain: Domain) {
        let text = "\(localPart)@\(domain.text)"
        parts = Parts(original: text, text: text, localPart: localPart, domain: domain)
    }

    /// Reads an address without quotes. It is split at its last `@`; both parts have at least one byte, the whole has
    /// at most 320, the local part has any characters except controls, and the domain is a `Domain`. One dot at the end
    /// does not belong to it.
    public init?(parsing address: String) {
        var address = address
        // Postfix tells the address as the client sent it, and delivers it without this dot: with the dot it would be
        // another address for every check.
        if address.utf8.last == UInt8(ascii: ".") { address = String(Substring(address.utf8.dropLast())) }
        guard address.utf8.count <= Mailbox.maximumLength,
            let at = address.lastUTF8Index(of: UInt8(ascii: "@")), at != address.startIndex,
            let (domain, isNormalDomain) = Domain.parse(address[address.utf8.index(after: at)..<address.endIndex])
        else { return nil }
        let local = address[..<at]
        guard let isNormal = Mailbox.isNormal(local) else { return nil }
        let localPart = isNormal ? String(local) : local.lowercased()
        // Nearly every address comes in normal form already; it then shares its storage.
        let text = isNormal && isNormalDomain ? address : "\(localPart)@\(domain.text)"
        parts = Parts(original: address, text: text, localPart: localPart, domain: domain)
    }

    /// Whether the local part is its own lower-case form; nil when it holds a control character.
    private static func isNormal(_ local: Substring) -> Bool? {
        var isPlain = true
        var bytes = local
        let hasControl = bytes.withUTF8 { bytes in
            for byte in bytes {
                if byte.isASCIIControl { return true }
                if byte.isASCIIUppercase || !byte.isASCII { isPlain = false }
            }
            return false
        }
        if hasControl { return nil }
        if isPlain { return true }
        return local.unicodeScalars.contains(where: \.isControl) ? nil : false
    }
}

extension Mailbox: Hashable {
    /// Compares the normalised texts.
    public static func == (left: Mailbox, right: Mailbox) -> Bool {
        left.parts === right.parts || left.text == right.text
    }

    /// Hashes the normalised text.
    public func hash(into hasher: inout Hasher) {
        hasher.combine(text)
    }
}

extension Mailbox: CustomStringConvertible {
    /// The normalised address.
    public var description: String { text }
}

extension Mailbox {
    /// The local part as it was given.
    public var originalLocalPart: Substring {
        original[..<originalSeparator]
    }

    /// The domain as it was given: its own letter case, and its own script.
    public var originalDomain: Substring {
        // By bytes: as a Character, the @ would take a combining mark behind it along.
        Substring(original.utf8[originalSeparator...].dropFirst())
    }

    private var originalSeparator: String.Index {
        original.lastUTF8Index(of: UInt8(ascii: "@")) ?? original.endIndex
    }
}

extension Unicode.Scalar {
    /// The C0 and C1 controls and DEL.
    var isControl: Bool { value < 0x20 || (0x7F...0x9F).contains(value) }
}
