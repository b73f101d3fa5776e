extension PolicyAction {
    /// The action that `text` writes, as in an access(5) table. Upper and lower case of the keyword are the same.
    ///
    /// Control characters become `?` and what is over `textLimit` is cut off, except from an address, a filter or a
    /// header's name, which are not changed but refused.
    /// - Returns: nil for an unknown keyword, for a number other than 4NN and 5NN, and when an argument is missing or
    ///   malformed: BCC and REDIRECT need an address, FILTER `transport:destination`, PREPEND `Name: value`.
    public init?(parsing text: String) {
        if let kind = Self.kindOfPlain(text) {
            self.init(kind: kind, text: text)
            return
        }
        let scalars = text.unicodeScalars
        let trimmed = scalars.drop(while: Self.isBlank)
        let keyword = String(trimmed.prefix { !Self.isBlank($0) }).uppercasedASCII()
        let rest = trimmed.dropFirst(keyword.unicodeScalars.count).drop(while: Self.isBlank)
        let argument = Self.withoutBlanksAtEnd(rest)
        guard let kind = Self.kind(ofKeyword: keyword) else { return nil }
        let line = argument.isEmpty ? keyword : "\(keyword) \(String(argument))"
        let cleaned = ReplyText.clean(line, limit: Self.textLimit)
        guard Self.takes(kind, String(argument), unchanged: cleaned == line) else { return nil }
        // The cut may have been made behind a blank.
        self.init(kind: kind, text: String(Self.withoutBlanksAtEnd(cleaned.unicodeScalars[...])))
    }

    /// The kind of a text that is in its final form already, as the services' are: short printable ASCII, one blank
    /// behind the keyword and none at the end, and an argument of which nothing is asked.
    private static func kindOfPlain(_ text: String) -> Kind? {
        let bytes = text.utf8
        guard bytes.count <= textLimit, bytes.allSatisfy({ $0 >= ASCII.space && $0 < ASCII.delete }),
            bytes.last != ASCII.space
        else { return nil }
        let end = bytes.firstIndex(of: ASCII.space) ?? bytes.endIndex
        guard bytes[end...].dropFirst().first != ASCII.space, let kind = kind(ofKeyword: String(text[..<end])) else {
            return nil
        }
        switch kind {
        case .bcc, .redirect, .filter, .prepend: return nil
        default: return kind
        }
    }

    private static func withoutBlanksAtEnd(_ text: Substring.UnicodeScalarView) -> Substring.UnicodeScalarView {
        var text = text
        while let last = text.last, isBlank(last) { text.removeLast() }
        return text
    }

    private static func isBlank(_ scalar: Unicode.Scalar) -> Bool {
        scalar == " " || scalar == "\t" || scalar == "\r" || scalar == "\n"
    }

    private static func kind(ofKeyword keyword: String) -> Kind? {
        switch keyword {
        case "OK": .ok
        case "DUNNO": .dunno
        case "REJECT": .reject
        case "DEFER": .defer
        case "DEFER_IF_REJECT": .deferIfReject
        case "DEFER_IF_PERMIT": .deferIfPermit
        case "BCC": .bcc
        case "DISCARD": .discard
        case "FILTER": .filter
        case "HOLD": .hold
        case "INFO": .info
        case "PREPEND": .prepend
        case "REDIRECT": .redirect
        case "WARN": .warn
        default: kind(ofCode: keyword)
        }
    }

    private static func kind(ofCode keyword: String) -> Kind? {
        let digits = Array(keyword.utf8)
        guard digits.count == 3, digits.allSatisfy({ $0 >= ASCII.zero && $0 <= ASCII.nine }) else { return nil }
        switch digits[0] {
        case UInt8(ascii: "4"): return .code4
        case UInt8(ascii: "5"): return .code5
        default: return nil
        }
    }

    private static func takes(_ kind: Kind, _ argument: String, unchanged: Bool) -> Bool {
        switch kind {
        case .bcc, .redirect: unchanged && isAddress(argument)
        case .filter: unchanged && isFilter(argument)
        case .prepend: isHeader(argument)
        default: true
        }
    }

    /// Postfix asks no more of it than an `@`; an empty half or a blank can only be a mistake.
    private static func isAddress(_ text: String) -> Bool {
        let bytes = Array(text.utf8)
        guard let at = bytes.lastIndex(of: UInt8(ascii: "@")) else { return false }
        return at > 0 && at + 1 < bytes.count && !bytes[at...].contains(ASCII.space)
    }

    /// The destination may be empty: then it is the recipient's domain.
    private static func isFilter(_ text: String) -> Bool {
        let bytes = Array(text.utf8)
        guard let colon = bytes.firstIndex(of: ASCII.colon) else { return false }
        return colon > 0 && !bytes.contains(ASCII.space)
    }

    /// A header's name is of printable ASCII without a colon (RFC 5322 section 2.2).
    private static func isHeader(_ text: String) -> Bool {
        guard let colon = text.utf8.firstIndex(of: ASCII.colon) else { return false }
        let name = text.utf8[..<colon]
        return !name.isEmpty && name.count < textLimit / 2 && name.allSatisfy { $0 > ASCII.space && $0 < ASCII.delete }
    }
}

extension String {
    fileprivate func uppercasedASCII() -> String {
        String(decoding: utf8.map { $0 >= 0x61 && $0 <= 0x7a ? $0 & 0xdf : $0 }, as: UTF8.self)
    }
}
