internal import MailTypes
internal import NIOCore
internal import PostfixProtocol

/// The name of a fact that one service knows and another needs: `KIND:SUBJECT`, for example `local:example.com`.
///
/// The subject of the shipped kinds is a domain in A-label form. Kinds and values are listed in docs/protocol.md.
public struct FactName: Sendable, Hashable, CustomStringConvertible {
    /// What is asked, for example `local`, `alias-target`, `spf-listed`.
    public let kind: String
    /// Of what it is asked, for example a domain.
    public let subject: String

    /// A name made of its two parts.
    public init(kind: String, subject: String) {
        self.kind = kind
        self.subject = subject
    }

    /// Parses `KIND:SUBJECT`.
    /// - Returns: nil when a part is empty, the kind is not lower-case letters, digits and hyphens, the name is over
    ///   320 bytes or has a space or control character.
    public init?(parsing text: String) {
        guard text.utf8.count <= 320, let colon = text.utf8.firstIndex(of: UInt8(ascii: ":")) else { return nil }
        let kind = text[..<colon]
        let subject = text[text.utf8.index(after: colon)...]
        let kindIsWord = kind.utf8.allSatisfy { (97...122).contains($0) || (48...57).contains($0) || $0 == 45 }
        let subjectIsClean = subject.utf8.allSatisfy { $0 > 0x20 && $0 != 0x7f }
        guard !kind.isEmpty, !subject.isEmpty, kindIsWord, subjectIsClean else { return nil }
        self.init(kind: String(kind), subject: String(subject))
    }

    /// Whether the subject is a domain in A-label form of at most 253 bytes (RFC 1035 section 2.3.4, without the dot at
    /// the end); any other fact is `unknown` without asking.
    public var hasValidDomain: Bool {
        guard let domain = Domain(parsing: subject) else { return false }
        return domain.text == subject && domain.isFactSubject
    }

    /// The kinds whose subject is an address.
    public static let addressKinds: Set<String> = ["account", "address-kind"]

    /// Whether the subject is what the kind asks for: an address in its normal form, or a domain as above.
    public var hasValidSubject: Bool {
        guard Self.addressKinds.contains(kind) else { return hasValidDomain }
        return Mailbox(parsing: subject)?.text == subject
    }

    /// `KIND:SUBJECT`.
    public var description: String { "\(kind):\(subject)" }

    /// Appends the line that gives the fact's value.
    func encode(_ value: String, into buffer: inout ByteBuffer) {
        buffer.writeAttribute(prefix: "fact.", kind, separator: ":", subject, value: value)
    }

    /// There are few kinds, so the subject tells names apart.
    public func hash(into hasher: inout Hasher) {
        hasher.combine(subject)
    }
}

/// The value of a fact that could not be had.
public let unknownFactValue = "unknown"

/// A cheap fact that a service wants with each request: `KIND:ATTRIBUTE` in the hello, for example `local:recipient`.
public struct FactWant: Sendable, Hashable, CustomStringConvertible {
    /// The kind of fact.
    public let kind: String
    /// The attribute whose domain is the subject: `sender`, `recipient` or `sasl_username`; `key` in a lookup.
    public let attribute: String

    /// A want made of its two parts.
    public init(kind: String, attribute: String) {
        self.kind = kind
        self.attribute = attribute
    }

    /// Parses `KIND:ATTRIBUTE`.
    public init?(parsing text: String) {
        guard let name = FactName(parsing: text) else { return nil }
        self.init(kind: name.kind, attribute: name.subject)
    }

    /// The name of the fact for `address`; nil when the address has no domain in A-label form, or cannot be named.
    public func name(for address: String) -> FactName? {
        if FactName.addressKinds.contains(kind) {
            // An address with a space, or one that is too long, has no name on the wire.
            return Mailbox(parsing: address).flatMap { FactName(parsing: "\(kind):\($0.text)") }
        }
        guard let at = address.utf8.lastIndex(of: UInt8(ascii: "@")) else { return nil }
        guard let domain = Domain(parsing: address[address.utf8.index(after: at)...]), domain.isFactSubject else {
            return nil
        }
        return FactName(kind: kind, subject: domain.text)
    }

    /// `KIND:ATTRIBUTE`.
    public var description: String { "\(kind):\(attribute)" }
}

extension Domain {
    private static let longestSubject = 253

    /// A domain in A-label form of at most 253 bytes. What was parsed is normalised, so only these remain.
    fileprivate var isFactSubject: Bool {
        text.utf8.count <= Self.longestSubject && !isAddressLiteral && text.utf8.allSatisfy { $0 < 0x80 }
    }
}
