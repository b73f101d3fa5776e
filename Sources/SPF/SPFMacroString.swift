/// Text with macros: RFC 7208 section 7. Its syntax has been checked, its macros have not been expanded.
struct SPFMacroString: Sendable, Hashable {
    /// A macro such as `%{d2r}`.
    struct Macro: Sendable, Hashable {
        /// What it stands for, in lower case.
        var letter: UInt8
        /// Written in upper case: what comes out is escaped for a URL.
        var isEscaped: Bool
        /// How many parts are kept, from the right; nil for all.
        var parts: Int?
        var isReversed: Bool
        /// What the value is split at.
        var delimiters: [UInt8]
    }

    enum Piece: Sendable, Hashable {
        case text([UInt8])
        case macro(Macro)
    }

    var pieces: [Piece]

    /// What may stand in a text with macros.
    enum Place {
        /// A domain or another argument in a record.
        case record
        /// The text of an explanation, which may have spaces, and three more macros.
        case explanation
    }

    init(_ text: ArraySlice<UInt8>, in place: Place) throws(SPFSyntaxError) {
        pieces = []
        var plain: [UInt8] = []
        var index = text.startIndex
        while index < text.endIndex {
            let byte = text[index]
            index += 1
            guard byte == UInt8(ascii: "%") else {
                guard (0x21...0x7e).contains(byte) || (place == .explanation && byte == 0x20) else {
                    throw SPFSyntaxError("a character that is not printable ASCII")
                }
                plain.append(byte)
                continue
            }
            guard index < text.endIndex else { throw SPFSyntaxError("a lone %") }
            let next = text[index]
            index += 1
            switch next {
            case UInt8(ascii: "%"): plain.append(UInt8(ascii: "%"))
            case UInt8(ascii: "_"): plain.append(UInt8(ascii: " "))
            case UInt8(ascii: "-"): plain += Array("%20".utf8)
            case UInt8(ascii: "{"):
                guard let end = text[index...].firstIndex(of: UInt8(ascii: "}")) else {
                    throw SPFSyntaxError("a macro without its end")
                }
                if !plain.isEmpty { pieces.append(.text(plain)) }
                plain = []
                pieces.append(.macro(try Macro(text[index..<end], in: place)))
                index = end + 1
            default: throw SPFSyntaxError("a lone %")
            }
        }
        if !plain.isEmpty { pieces.append(.text(plain)) }
    }

    /// Whether one of the letters is among its macros.
    func uses(_ letters: String) -> Bool {
        pieces.contains { piece in
            guard case .macro(let macro) = piece else { return false }
            return letters.utf8.contains(macro.letter)
        }
    }
}

extension SPFMacroString.Macro {
    /// Reads what stands between the braces.
    init(_ text: ArraySlice<UInt8>, in place: SPFMacroString.Place) throws(SPFSyntaxError) {
        guard let letter = text.first, Self.letters(place).contains(letter | 0x20), letter.isLetter else {
            throw SPFSyntaxError("an unknown macro")
        }
        let digits = text.dropFirst().prefix { $0.isDigit }
        var rest = text.dropFirst(1 + digits.count)
        // What has more digits keeps more parts than a value can have.
        let parts = digits.isEmpty ? nil : digits.reduce(0) { min($0 * 10 + Int($1 - UInt8(ascii: "0")), 1_000) }
        guard parts != 0 else { throw SPFSyntaxError("a macro that keeps no part") }
        let isReversed = rest.first.map { $0 | 0x20 == UInt8(ascii: "r") } ?? false
        if isReversed { rest = rest.dropFirst() }
        guard rest.allSatisfy({ Self.delimiters.contains($0) }) else { throw SPFSyntaxError("a malformed macro") }
        self.init(
            letter: letter | 0x20, isEscaped: letter & 0x20 == 0, parts: parts, isReversed: isReversed,
            delimiters: rest.isEmpty ? [UInt8(ascii: ".")] : Array(rest))
    }

    private static let delimiters = Array(".-+,/_=".utf8)
    private static let recordLetters = Array("slodiphv".utf8)
    private static let explanationLetters = Array("slodiphvcrt".utf8)

    private static func letters(_ place: SPFMacroString.Place) -> [UInt8] {
        switch place {
        case .record: recordLetters
        case .explanation: explanationLetters
        }
    }
}

extension UInt8 {
    var isDigit: Bool { self >= UInt8(ascii: "0") && self <= UInt8(ascii: "9") }

    var isLetter: Bool {
        let folded = self | 0x20
        return folded >= UInt8(ascii: "a") && folded <= UInt8(ascii: "z")
    }
}
