public import MailTypes
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

    /// The name of a fact about a domain; nil when there can be none, see ``hasValidDomain``.
    public init?(kind: String, about domain: Domain) {
        guard domain.isFactSubject else { return nil }
        self.init(kind: kind, subject: domain.text)
    }

    /// Parses `KIND:SUBJECT`.
    /// - Returns: nil when a part is empty, the kind is not lower-case letters, digits and hyphens, the name is over
    ///   320 bytes or has a space or control character.
    public init?(parsing text: String) {
        var text = text
        guard let name = text.withUTF8({ FactName(parsing: UnsafeRawBufferPointer($0)) }) else { return nil }
        self = name
    }

    /// The same of bytes; what is no UTF-8 becomes U+FFFD.
    init?(parsing bytes: UnsafeRawBufferPointer) {
        guard bytes.count <= 320, let colon = bytes.firstIndex(of: UInt8(ascii: ":")) else { return nil }
        let kind = UnsafeRawBufferPointer(rebasing: bytes[..<colon])
        let subject = UnsafeRawBufferPointer(rebasing: bytes[(colon + 1)...])
        guard !kind.isEmpty, !subject.isEmpty,
            kind.allSatisfy({ (97...122).contains($0) || (48...57).contains($0) || $0 == 45 }),
            subject.allSatisfy({ $0 > 0x20 && $0 != 0x7f })
        else { return nil }
        self.init(kind: String(decoding: kind, as: UTF8.self), subject: String(decoding: subject, as: UTF8.self))
    }

    /// Whether the subject is a domain in A-label form of at most 253 bytes (RFC 1035 section 2.3.4, without the dot at
    /// the end); any other fact is `unknown` without asking.
    public var hasValidDomain: Bool {
        guard let domain = Domain(parsing: subject) else { return false }
        return domain.text == subject && domain.isFactSubject
    }

    /// The kinds whose subject is an address.
    public static let addressKinds = ["account", "address-kind"]

    /// Whether the subject is what the kind asks for: an address in its normal form, or a domain as above.
    public var hasValidSubject: Bool {
        guard Self.addressKinds.contains(kind) else { return hasValidDomain }
        return Mailbox(parsing: subject)?.text == subject
    }

    /// `KIND:SUBJECT`.
    public var description: String { "\(kind):\(subject)" }

    /// Writes the line that gives the fact's value.
    func encode(_ value: String, into writer: inout ByteWriter) {
        writer.writeAttribute(prefix: "fact.", kind, separator: ":", subject, value: value)
    }

    /// Appends that line.
    func encode(_ value: String, into buffer: inout ByteBuffer) {
        buffer.write(atMost: space(of: value)) { encode(value, into: &$0) }
    }

    /// Enough for that line.
    func space(of value: String) -> Int {
        ByteWriter.space(of: value) + 3 * (kind.utf8.count + subject.utf8.count)
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
        guard let at = address.lastUTF8Index(of: UInt8(ascii: "@")) else { return nil }
        return Domain(parsing: address[address.utf8.index(after: at)...]).flatMap { FactName(kind: kind, about: $0) }
    }

    /// `KIND:ATTRIBUTE`.
    public var description: String { "\(kind):\(attribute)" }
}

extension Domain {
    private static let longestSubject = 253

    /// A domain in A-label form of at most 253 bytes. What was parsed is normalised, so only these remain.
    fileprivate var isFactSubject: Bool {
        var text = text
        return text.utf8.count <= Self.longestSubject && !isAddressLiteral
            && text.withUTF8 { $0.allSatisfy { $0 < 0x80 } }
    }
}
