extension Domain {
    /// Reads a name or an address literal.
    ///
    /// A name is a row of labels between single dots; a label has 1 to 63 letters (of any script), digits, `-` or `_`.
    /// One label alone is a name; a dot at either end is not allowed. A literal is `[` IPv4 `]` or
    /// `[IPv6:` IPv6 `]` (RFC 5321 section 4.1.3).
    public init?(parsing text: String) {
        self.init(parsing: text[...])
    }

    /// Reads a name or an address literal out of a longer text.
    public init?(parsing text: Substring) {
        guard let (domain, _) = Domain.parse(text) else { return nil }
        self = domain
    }

    /// Reads a name or an address literal, and tells whether it was in normalised form already.
    static func parse(_ text: Substring) -> (domain: Domain, isNormal: Bool)? {
        guard let first = text.utf8.first, text.utf8.count <= Domain.maximumLength else { return nil }
        if first == UInt8(ascii: "[") {
            return Domain.literal(text).map { (Domain(normalised: $0), $0 == text) }
        }
        guard let shape = Shape(text) else { return nil }
        if shape.isNormal { return (Domain(normalised: String(text)), true) }
        let normalised = shape.normalised(text)
        return (Domain(normalised: normalised), normalised == text)
    }

    private static func literal(_ text: Substring) -> String? {
        guard text.utf8.last == UInt8(ascii: "]") else { return nil }
        // By bytes: as a Character, the bracket would take a combining mark behind it along.
        let inner = String(Substring(text.utf8.dropFirst().dropLast())).lowercased()
        if inner.hasPrefix("ipv6:") {
            let bare = String(inner.dropFirst(5))
            guard bare.utf8.contains(UInt8(ascii: ":")), let address = IPAddress(parsing: bare) else { return nil }
            return Domain.literal(of: address)
        }
        guard let address = IPAddress(parsing: inner), case .v4 = address else { return nil }
        return Domain.literal(of: address)
    }

    private static func literal(of address: IPAddress) -> String {
        switch address {
        case .v4: "[\(address)]"
        case .v6: "[ipv6:\(address)]"
        }
    }
}

/// What one pass over the bytes of a name tells: whether it is one, and how much work its normal form needs.
private struct Shape {
    private var labelLength = 0
    private var hasUppercase = false
    private var hasNonASCII = false

    init?(_ text: Substring) {
        var bytes = text
        guard bytes.withUTF8({ $0.allSatisfy { take($0) } }), labelLength > 0 else { return nil }
        if hasNonASCII {
            guard Shape.isInternational(text) else { return nil }
        }
    }

    private mutating func take(_ byte: UInt8) -> Bool {
        if byte == UInt8(ascii: ".") {
            defer { labelLength = 0 }
            return labelLength > 0
        }
        // Continuation bytes are not counted: 63 bounds the characters of a label.
        if byte & 0xC0 != 0x80 { labelLength &+= 1 }
        if !byte.isASCII { hasNonASCII = true }
        if byte.isASCIIUppercase { hasUppercase = true }
        return labelLength <= 63 && (!byte.isASCII || byte.isLabelCharacter)
    }

    private static func isInternational(_ text: Substring) -> Bool {
        text.unicodeScalars.allSatisfy { scalar in
            scalar.isASCII || scalar.canBeInLabel
        }
    }

    /// Whether the name is its own normal form.
    var isNormal: Bool { !hasNonASCII && !hasUppercase }

    /// The normal form of a name that is not its own.
    func normalised(_ text: Substring) -> String {
        hasNonASCII ? InternationalName.normalise(String(text)) : text.lowercased()
    }
}

extension Unicode.Scalar {
    /// Letters, the marks and digits that go with them, and the two joiners of RFC 5892 appendix A.
    fileprivate var canBeInLabel: Bool {
        switch properties.generalCategory {
        case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter,
            .nonspacingMark, .spacingMark, .decimalNumber:
            true
        default:
            value == 0x200C || value == 0x200D || value == 0x00B7 || value == 0x30FB
        }
    }
}
