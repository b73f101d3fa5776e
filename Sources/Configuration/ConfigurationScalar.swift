/// A single value as the file writes it; what it means is decided by the reader that asks for it.
public struct ConfigurationScalar: Sendable, Hashable {
    /// How the value is written.
    public enum Style: Sendable, Hashable {
        /// Without quotes: a number, `true`, a duration or a word.
        case plain
        /// In quotes or as a block (`|`, `>`): always text.
        case quoted
    }

    /// The value, quotes and escapes resolved.
    public let text: String
    /// How it is written.
    public let style: Style

    /// A value of the given text and style.
    public init(text: String, style: Style) {
        self.text = text
        self.style = style
    }

    /// Nothing: an empty value, `~` or `null` without quotes (YAML 1.2 section 10.3.2).
    public var isNull: Bool {
        style == .plain && Self.nullWords.contains(text)
    }

    /// A value that YAML 1.2's core schema (section 10.3.2) reads as null, a boolean or a number.
    var resolvesToOtherThanText: Bool {
        style == .plain && Self.looksLikeOtherThanText(text)
    }

    static func looksLikeOtherThanText(_ text: String) -> Bool {
        nullWords.contains(text) || booleanWords.contains(text) || looksLikeNumber(text)
    }

    private static let nullWords: Set = ["", "~", "null", "Null", "NULL"]
    private static let booleanWords: Set = ["true", "True", "TRUE", "false", "False", "FALSE"]

    private static func looksLikeNumber(_ text: String) -> Bool {
        guard let first = text.utf8.first, ASCII.isDigit(first) || "+-.".utf8.contains(first) else { return false }
        return Double(text) != nil || text.hasPrefix("0o")
    }
}
