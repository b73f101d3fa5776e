/// The part of an address after the last `@`: a host or domain name, or an address literal (RFC 5321 section 4.1.3).
///
/// Two domains are equal when their normalised texts are: letter case does not count, and a name with letters
/// outside ASCII equals its A-label form (RFC 5890).
public struct Domain: Sendable, Hashable {
    /// The longest text taken, in bytes: the longest whole address.
    public static let maximumLength = 320

    /// The normalised text: lower case, A-labels where the name can be converted; an address literal in its
    /// canonical spelling, in brackets.
    public let text: String

    /// Takes a text that is already in normalised form.
    init(normalised text: String) {
        self.text = text
    }

    /// True for `[192.0.2.1]` and `[IPv6:2001:db8::1]`.
    public var isAddressLiteral: Bool {
        text.utf8.first == UInt8(ascii: "[")
    }

    /// The names above this one, nearest first: for `a.b.c` these are `b.c` and `c`. A literal has none.
    public var parents: [Domain] {
        guard !isAddressLiteral else { return [] }
        let bytes = text.utf8
        return bytes.indices.compactMap { index in
            guard bytes[index] == UInt8(ascii: ".") else { return nil }
            return Domain(normalised: String(text[bytes.index(after: index)...]))
        }
    }

    /// The number of labels; 1 for an address literal.
    public var labelCount: Int {
        if isAddressLiteral { return 1 }
        return text.utf8.count { $0 == UInt8(ascii: ".") } &+ 1
    }

    /// True when this name lies below the other one; a name is not below itself.
    public func isSubdomain(of other: Domain) -> Bool {
        guard !isAddressLiteral, !other.isAddressLiteral else { return false }
        let excess = text.utf8.count - other.text.utf8.count
        guard excess > 1 else { return false }
        let tail = text.utf8.dropFirst(excess - 1)
        return tail.first == UInt8(ascii: ".") && tail.dropFirst().elementsEqual(other.text.utf8)
    }

    /// True for a name that a list entry or an account may have: it has a dot, begins with a letter, a digit, `_` or
    /// `-`, and its last label has two characters or more, the first two of them letters.
    public var isListDomain: Bool {
        guard !isAddressLiteral, let dot = text.lastUTF8Index(of: UInt8(ascii: ".")) else { return false }
        let label = text[text.utf8.index(after: dot)..<text.endIndex]
        var bytes = label
        if bytes.withUTF8({ $0.count >= 2 && $0[0].isASCIILetter && $0[1].isASCIILetter }) { return true }
        let start = label.unicodeScalars.prefix(2)
        return start.count == 2 && start.allSatisfy { $0.properties.isAlphabetic }
    }

    /// True for a name a list entry may give as top-level domain: one label of 2 to 25 letters, digits or hyphens.
    public var isTopLevelDomain: Bool {
        (2...25).contains(text.utf8.count)
            && text.utf8.allSatisfy { $0.isASCIILetter || $0.isASCIIDigit || $0 == UInt8(ascii: "-") }
    }
}

extension Domain: CustomStringConvertible {
    /// The normalised text.
    public var description: String { text }
}
