public import MailTypes

/// A domain name as the DNS has it: a row of labels of any bytes (RFC 1035 section 3.1, RFC 2181 section 11).
///
/// Letter case does not count, so letters of ASCII are kept in lower case. The whole is one array, since names are
/// compared and looked up far more often than taken apart.
public struct DNSName: Sendable, Hashable {
    /// The longest name in its wire form, with the root's length byte: RFC 1035 section 2.3.4.
    public static let maximumLength = 255
    /// The longest label in bytes.
    public static let maximumLabelLength = 63

    /// The labels, each behind its length, without the root at the end.
    let bytes: [UInt8]

    /// For bytes that are known to be in this form.
    init(unchecked bytes: [UInt8]) {
        self.bytes = bytes
    }

    /// The name above all others.
    public static let root = DNSName(unchecked: [])

    /// Reads labels between dots; a dot at the end is allowed. There is no escape: what stands between two dots is a
    /// label.
    /// - Returns: nil for an empty label, one of more than 63 bytes, and a name of more than 255.
    public init?(_ text: some Collection<UInt8>) {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.count + 1)
        var start = text.startIndex
        while start != text.endIndex {
            let end = text[start...].firstIndex(of: UInt8(ascii: ".")) ?? text.endIndex
            let label = text[start..<end]
            guard DNSName.append(label, to: &bytes) else { return nil }
            start = end == text.endIndex ? end : text.index(after: end)
        }
        guard bytes.count < DNSName.maximumLength, !bytes.isEmpty else { return nil }
        self.init(unchecked: bytes)
    }

    /// Reads labels between dots: see ``init(_:)-(Collection<UInt8>)``.
    public init?(_ text: String) {
        self.init(text.utf8)
    }

    /// The name of a domain; nil for an address literal, and where there is no A-label form.
    public init?(_ domain: Domain) {
        guard !domain.isAddressLiteral, domain.text.utf8.allSatisfy({ $0 < 0x80 }) else { return nil }
        self.init(domain.text.utf8)
    }

    /// Appends one label in lower case; false when it is no label.
    static func append(_ label: some Collection<UInt8>, to bytes: inout [UInt8]) -> Bool {
        let count = label.count
        guard (1...maximumLabelLength).contains(count) else { return false }
        bytes.append(UInt8(truncatingIfNeeded: count))
        for byte in label { bytes.append(lowercase(byte)) }
        return true
    }

    private static func lowercase(_ byte: UInt8) -> UInt8 {
        byte >= UInt8(ascii: "A") && byte <= UInt8(ascii: "Z") ? byte | 0x20 : byte
    }

    /// Whether this is the root.
    public var isRoot: Bool { bytes.isEmpty }

    /// The number of labels.
    public var labelCount: Int {
        var count = 0
        var index = 0
        while index < bytes.count {
            count += 1
            index += Int(bytes[index]) + 1
        }
        return count
    }

    /// Whether this is the other name or lies below it.
    public func isWithin(_ other: DNSName) -> Bool {
        var index = 0
        while bytes.count - index > other.bytes.count { index += Int(bytes[index]) + 1 }
        return bytes[index...].elementsEqual(other.bytes)
    }

    /// This name below the other one; nil when that would be too long.
    public func below(_ zone: DNSName) -> DNSName? {
        let joined = bytes + zone.bytes
        return joined.count < DNSName.maximumLength ? DNSName(unchecked: joined) : nil
    }

    /// Calls `body` with each label, the first one first.
    public func forEachLabel(_ body: (ArraySlice<UInt8>) -> Void) {
        var index = 0
        while index < bytes.count {
            let end = index + 1 + Int(bytes[index])
            body(bytes[(index + 1)..<end])
            index = end
        }
    }
}

extension DNSName: CustomStringConvertible {
    /// The labels between dots; what is not printable, a dot in a label and a backslash as in a master file (RFC 1035
    /// section 5.1).
    public var description: String {
        guard !isRoot else { return "." }
        var text = ""
        forEachLabel { label in
            if !text.isEmpty { text += "." }
            for byte in label { text += DNSName.printed(byte) }
        }
        return text
    }

    private static func printed(_ byte: UInt8) -> String {
        switch byte {
        case UInt8(ascii: "."), UInt8(ascii: "\\"): "\\" + String(UnicodeScalar(byte))
        case 0x21...0x7e: String(UnicodeScalar(byte))
        default: "\\" + String(1_000 + Int(byte)).dropFirst()
        }
    }
}
