/// Text on its way to Postfix, and from there to a remote client or into the log.
enum ReplyText {
    /// `text` on one line: control characters (C0, DEL, C1) become `?`. Cut to `limit` bytes of UTF-8 between two
    /// Unicode scalars, so the result stays valid.
    static func clean(_ text: String, limit: Int) -> String {
        // Nearly every text is short and plain.
        if text.utf8.count <= limit, text.utf8.allSatisfy({ $0 >= ASCII.space && $0 < ASCII.delete }) { return text }
        var cleaned = String.UnicodeScalarView()
        var length = 0
        for scalar in text.unicodeScalars {
            let scalar = scalar.properties.generalCategory == .control ? "?" : scalar
            length += UTF8.width(scalar)
            if length > limit { break }
            cleaned.append(scalar)
        }
        return String(cleaned)
    }
}
