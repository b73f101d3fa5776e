extension Mailbox {
    /// The address as it is written in SMTP, without angle brackets: the original local part as a dot-string where it
    /// is one, else as a quoted-string (RFC 5321 section 4.1.2, with the characters of RFC 6531), and the original
    /// domain.
    public var smtpPath: String {
        "\(Mailbox.quotedForm(of: originalLocalPart))@\(originalDomain)"
    }

    /// The original local part as a dot-string or a quoted-string.
    public var quotedLocalPart: String {
        Mailbox.quotedForm(of: originalLocalPart)
    }

    /// A local part as a dot-string where it is one, else as a quoted-string. It must hold no controls: no
    /// quoted-string can.
    public static func quotedForm(of localPart: some StringProtocol) -> String {
        guard !isDotString(Substring(localPart)) else { return String(localPart) }
        var quoted = "\""
        for scalar in localPart.unicodeScalars {
            if scalar == "\"" || scalar == "\\" { quoted.unicodeScalars.append("\\") }
            quoted.unicodeScalars.append(scalar)
        }
        quoted.unicodeScalars.append("\"")
        return quoted
    }

    /// Reads an address as it is written in SMTP, without angle brackets: a dot-string or a quoted-string, `@`, a
    /// domain. All other limits are those of `init(parsing:)`.
    public init?(smtpPath path: String) {
        guard path.utf8.count <= 2 * Mailbox.maximumLength else { return nil }
        if path.utf8.first == UInt8(ascii: "\"") {
            guard let unquoted = Mailbox.unquoted(path) else { return nil }
            self.init(parsing: unquoted)
        } else {
            guard let at = path.utf8.lastIndex(of: UInt8(ascii: "@")), Mailbox.isDotString(path[..<at]) else {
                return nil
            }
            self.init(parsing: path)
        }
    }

    /// The address with its quoted-string resolved; nil when the quotes do not end right before an `@`.
    private static func unquoted(_ path: String) -> String? {
        var address = String.UnicodeScalarView()
        var rest = path.unicodeScalars.dropFirst()
        while let scalar = rest.popFirst() {
            if scalar == "\"" {
                guard rest.first == "@", !address.isEmpty, !rest.dropFirst().contains("@") else { return nil }
                address.append(contentsOf: rest)
                return String(address)
            }
            guard scalar == "\\" else {
                address.append(scalar)
                continue
            }
            // A quoted pair is a backslash and a printable ASCII character or space.
            guard let pair = rest.popFirst(), (0x20...0x7E).contains(pair.value) else { return nil }
            address.append(pair)
        }
        return nil
    }

    private static func isDotString(_ text: Substring) -> Bool {
        var text = text
        return text.withUTF8 { bytes in
            var isAfterDot = true
            for byte in bytes {
                if byte == UInt8(ascii: ".") {
                    guard !isAfterDot else { return false }
                    isAfterDot = true
                } else {
                    guard byte.isAtomText else { return false }
                    isAfterDot = false
                }
            }
            return !isAfterDot
        }
    }
}
