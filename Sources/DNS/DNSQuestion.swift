/// A kind of record that is asked for; the raw value is its number in the DNS.
public enum DNSRecordType: UInt16, Sendable, Hashable {
    /// An IPv4 address: RFC 1035.
    case a = 1
    /// The name a name is an alias of: RFC 1035.
    case cname = 5
    /// The start of a zone: RFC 1035. Read for the lifetime of a negative answer.
    case soa = 6
    /// The name of an address: RFC 1035.
    case ptr = 12
    /// A mail exchange: RFC 1035.
    case mx = 15
    /// Text: RFC 1035.
    case txt = 16
    /// An IPv6 address: RFC 3596.
    case aaaa = 28
}

/// What the DNS is asked: the records of one kind of one name.
public struct DNSQuestion: Sendable, Hashable {
    /// The name.
    public let name: DNSName
    /// The kind of record: one of A, AAAA, MX, PTR and TXT.
    public let type: DNSRecordType

    /// A question.
    public init(_ name: DNSName, _ type: DNSRecordType) {
        self.name = name
        self.type = type
    }
}

extension DNSQuestion: CustomStringConvertible {
    /// The name and the kind of record.
    public var description: String { "\(name) \(type)" }
}
