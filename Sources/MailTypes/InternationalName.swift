import CIDN2

/// The lookup form of a name with letters outside ASCII.
enum InternationalName {
    /// The A-label form by UTS 46, non-transitional, of the name or else of its small letters; where both fail, these.
    static func normalise(_ name: String) -> String {
        if let form = asciiForm(of: name) { return form }
        // Some capitals have no form although their small letters have one.
        let small = name.lowercased()
        return asciiForm(of: small) ?? small
    }

    private static func asciiForm(of name: String) -> String? {
        var output: UnsafeMutablePointer<CChar>?
        let flags = Int32(truncatingIfNeeded: IDN2_NONTRANSITIONAL.rawValue)
        guard idn2_to_ascii_8z(name, &output, flags) == Int32(IDN2_OK.rawValue), let output else { return nil }
        defer { idn2_free(output) }
        let ascii = String(cString: output)
        // The mapping tables turn some symbols into spaces or signs; no letter so far, but they grow with Unicode.
        guard ascii.utf8.allSatisfy({ $0.isLabelCharacter || $0 == UInt8(ascii: ".") }) else { return nil }
        return ascii.lowercased()
    }
}
