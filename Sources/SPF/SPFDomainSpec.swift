/// The name of a domain in a term: RFC 7208 section 7.1.
struct SPFDomainSpec: Sendable, Hashable {
    var text: SPFMacroString

    /// Reads a domain-spec: macros and text, whose end is a macro or a dot and a top label.
    init(_ bytes: ArraySlice<UInt8>) throws(SPFSyntaxError) {
        guard !bytes.isEmpty else { throw SPFSyntaxError("an empty domain") }
        text = try SPFMacroString(bytes, in: .record)
        // What %%, %_ and %- stand for is no part of a label, so the end is looked at as it is written.
        if case .macro? = text.pieces.last { return }
        guard Self.endsInTopLabel(bytes) else { throw SPFSyntaxError("a domain without a top label") }
    }

    private static func endsInTopLabel(_ bytes: ArraySlice<UInt8>) -> Bool {
        let name = bytes.last == UInt8(ascii: ".") ? bytes.dropLast() : bytes
        guard let dot = name.lastIndex(of: UInt8(ascii: ".")) else { return false }
        let label = name[(dot + 1)...]
        guard let first = label.first, let last = label.last else { return false }
        let hyphen = UInt8(ascii: "-")
        guard label.allSatisfy({ $0.isLetter || $0.isDigit || $0 == hyphen }) else { return false }
        return first != hyphen && last != hyphen && !label.allSatisfy(\.isDigit)
    }
}
