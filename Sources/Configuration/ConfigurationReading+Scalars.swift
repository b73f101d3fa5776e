extension ConfigurationReading where Value == String {
    /// Text of one line, not empty, without control characters.
    public static var string: ConfigurationReading {
        string(allowEmpty: false)
    }

    /// Text of one line without control characters.
    public static func string(allowEmpty: Bool) -> ConfigurationReading {
        ConfigurationReading(placeholder: "") { item in
            guard let text = item.scalar?.text else {
                item.expected("text")
                return nil
            }
            guard allowEmpty || !text.isEmpty else {
                item.expected("text that is not empty")
                return nil
            }
            guard !text.unicodeScalars.contains(where: isControl) else {
                item.expected("one line of text without control characters")
                return nil
            }
            return text
        }
    }

    /// Text of any number of lines; tabs are the only other control characters.
    public static var text: ConfigurationReading {
        ConfigurationReading(placeholder: "") { item in
            guard let text = item.scalar?.text else {
                item.expected("text")
                return nil
            }
            guard !text.unicodeScalars.contains(where: { isControl($0) && $0 != "\n" && $0 != "\t" }) else {
                item.expected("text without control characters")
                return nil
            }
            return text
        }
    }

    private static func isControl(_ scalar: Unicode.Scalar) -> Bool {
        scalar.properties.generalCategory == .control
    }
}

extension ConfigurationReading where Value == Bool {
    /// `true` or `false`, nothing else.
    public static var bool: ConfigurationReading {
        ConfigurationReading(placeholder: false) { item in
            switch (item.scalar?.style, item.scalar?.text) {
            case (.plain, "true"): return true
            case (.plain, "false"): return false
            case (.quoted, "true"), (.quoted, "false"):
                item.expected("true or false", hint: "remove the quotes")
            case (_, let text):
                item.expected("true or false", hint: hint(for: text))
            }
            return nil
        }
    }

    private static func hint(for text: String?) -> String? {
        switch text?.lowercased() {
        case "yes", "on", "y", "true": "write true"
        case "no", "off", "n", "false": "write false"
        default: nil
        }
    }
}

extension ConfigurationReading where Value == Int {
    /// A whole number in decimal digits, without quotes, `+` or leading zeros, inside the range.
    public static func int(in range: ClosedRange<Int> = .min ... .max) -> ConfigurationReading {
        ConfigurationReading(placeholder: range.lowerBound) { item in
            guard let scalar = item.scalar, isDecimal(scalar.text) else {
                item.expected("a whole number")
                return nil
            }
            guard scalar.style == .plain else {
                item.expected("a whole number", hint: "remove the quotes")
                return nil
            }
            guard let number = Int(scalar.text), range.contains(number) else {
                item.expected(RangeText.describe(range, unlimited: .max))
                return nil
            }
            return number
        }
    }

    private static func isDecimal(_ text: String) -> Bool {
        let digits = text.hasPrefix("-") ? text.utf8.dropFirst() : text.utf8[...]
        let hasLeadingZero = digits.count > 1 && digits.first == UInt8(ascii: "0")
        return !digits.isEmpty && digits.allSatisfy(ASCII.isDigit) && !hasLeadingZero
    }
}
