/// Makes text from the network fit for a column, before it enters a batch, where it could fail the others.
public enum SQLText {
    private static let replacement: Unicode.Scalar = "\u{FFFD}"

    /// Text of at most `columns` characters (Unicode scalars, as VARCHAR counts them) without NUL. NUL becomes U+FFFD;
    /// over-long text keeps its beginning and ends in `~` and the keyed hash of all of it in hexadecimal, so two long
    /// texts with the same beginning stay two.
    public static func fit(_ text: String, columns: Int, hash: KeyedHash) -> String {
        let clean = text.utf8.contains(0) ? withoutNUL(text) : text
        // A scalar has at least one byte, so most texts need no counting.
        guard clean.utf8.count > columns, clean.unicodeScalars.count > columns else { return clean }
        return shortened(clean, columns: columns, hash: hash)
    }

    /// The same for bytes; what is no UTF-8 becomes U+FFFD.
    public static func fit(bytes: some Collection<UInt8>, columns: Int, hash: KeyedHash) -> String {
        fit(String(decoding: bytes, as: UTF8.self), columns: columns, hash: hash)
    }

    private static func withoutNUL(_ text: String) -> String {
        var scalars = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            scalars.append(scalar.value == 0 ? replacement : scalar)
        }
        return String(scalars)
    }

    private static func shortened(_ text: String, columns: Int, hash: KeyedHash) -> String {
        let suffix = "~" + hexadecimal(hash(text))
        let kept = max(0, columns - suffix.utf8.count)
        var scalars = String.UnicodeScalarView(text.unicodeScalars.prefix(kept))
        scalars.append(contentsOf: suffix.unicodeScalars.suffix(max(0, columns - kept)))
        return String(scalars)
    }

    private static func hexadecimal(_ value: Bytes16) -> String {
        let digits = Array("0123456789abcdef")
        return String(value.bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] })
    }
}
