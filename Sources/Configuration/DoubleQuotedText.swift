/// YAML's double-quoted style (YAML 1.2 section 7.3.1), on one line whatever the text holds.
enum DoubleQuotedText {
    static func quote(_ text: String) -> String {
        var quoted = "\""
        for scalar in text.unicodeScalars {
            quoted += escape(scalar)
        }
        return quoted + "\""
    }

    /// True for text that would break a line or hide something when printed as it is.
    static func needsEscapes(_ text: String) -> Bool {
        text.unicodeScalars.contains(where: mustEscape)
    }

    private static func escape(_ scalar: Unicode.Scalar) -> String {
        switch scalar {
        case "\"": "\\\""
        case "\\": "\\\\"
        case "\n": "\\n"
        case "\r": "\\r"
        case "\t": "\\t"
        default: mustEscape(scalar) ? "\\U" + hex(scalar) : String(scalar)
        }
    }

    /// Control characters, the other line breaks, the byte order mark and what YAML 1.2 section 5.1 does not let print.
    private static func mustEscape(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0..<0x20, 0x7F...0xA0, 0x2028, 0x2029, 0xFEFF, 0xFFFE, 0xFFFF: true
        default: false
        }
    }

    private static func hex(_ scalar: Unicode.Scalar) -> String {
        let digits = String(scalar.value, radix: 16, uppercase: true)
        return String(repeating: "0", count: 8 - digits.count) + digits
    }
}
