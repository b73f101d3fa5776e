/// Text of a peer, made fit for a line of the log.
enum LogText {
    /// The longest quoted text, in Unicode scalars: enough to recognise, too short to flood.
    static let limit = 64

    /// `text` in double quotes, cut to `limit` scalars, with quotes, backslashes and control characters escaped.
    static func quote(_ text: String) -> String {
        var quoted = "\""
        for scalar in text.unicodeScalars.prefix(limit) {
            // Of the control characters Swift escapes only those of ASCII by itself.
            quoted += scalar.escaped(asASCII: (0x80...0x9f).contains(scalar.value))
        }
        if text.unicodeScalars.dropFirst(limit).first != nil {
            quoted += "..."
        }
        return quoted + "\""
    }
}
