/// Writes a node as YAML in block style, one value a line, two spaces a level.
public enum ConfigurationPrinter {
    /// The node as YAML text that ends with a line break. Reading it gives the same keys, texts and shapes back.
    public static func yaml(_ node: ConfigurationNode) -> String {
        lines(node).joined(separator: "\n") + "\n"
    }

    private static func lines(_ node: ConfigurationNode) -> [String] {
        switch node.content {
        case .scalar(let scalar): [text(scalar)]
        case .list(let items): items.isEmpty ? ["[]"] : items.flatMap(itemLines)
        case .mapping(let entries): entries.isEmpty ? ["{}"] : entries.flatMap(entryLines)
        }
    }

    private static func itemLines(_ item: ConfigurationNode) -> [String] {
        lines(item).enumerated().map { position, line in
            position == 0 ? withoutTrailingSpace("- " + line) : "  " + line
        }
    }

    private static func entryLines(_ entry: ConfigurationNode.Entry) -> [String] {
        let key = text(ConfigurationScalar(text: entry.key, style: .quoted)) + ":"
        let value = lines(entry.value)
        guard isBlock(entry.value) else {
            return [withoutTrailingSpace(key + " " + value.joined())]
        }
        return [key] + value.map { "  " + $0 }
    }

    private static func isBlock(_ node: ConfigurationNode) -> Bool {
        switch node.content {
        case .scalar: false
        case .list(let items): !items.isEmpty
        case .mapping(let entries): !entries.isEmpty
        }
    }

    private static func withoutTrailingSpace(_ line: String) -> String {
        line.hasSuffix(" ") ? String(line.dropLast()) : line
    }

    private static func text(_ scalar: ConfigurationScalar) -> String {
        switch scalar.style {
        case .plain where scalar.isNull || isPlainSafe(scalar.text):
            scalar.text
        case .quoted where isPlainSafe(scalar.text) && !wouldChangeType(scalar.text):
            scalar.text
        default:
            DoubleQuotedText.quote(scalar.text)
        }
    }

    /// YAML 1.1's booleans are quoted too: other tools still read `no` as false.
    private static func wouldChangeType(_ text: String) -> Bool {
        let oldBooleans: Set = ["y", "n", "yes", "no", "on", "off"]
        return ConfigurationScalar.looksLikeOtherThanText(text) || oldBooleans.contains(text.lowercased())
    }

    /// Narrower than YAML 1.2 section 7.3.3: text outside of this is quoted, which is never wrong.
    private static func isPlainSafe(_ text: String) -> Bool {
        let bytes = Array(text.utf8)
        guard let first = bytes.first, let last = bytes.last else { return false }
        let begins = ASCII.isLetter(first) || ASCII.isDigit(first) || "/_(-.".utf8.contains(first)
        let ends = last != UInt8(ascii: " ") && last != UInt8(ascii: ":")
        return begins && ends && bytes.allSatisfy(isPlainSafe) && !isIndicator(bytes)
    }

    private static func isPlainSafe(_ byte: UInt8) -> Bool {
        ASCII.isWord(byte) || " ./@+(),:=%".utf8.contains(byte)
    }

    /// `- `, `--`, `...` and `: ` have a meaning of their own.
    private static func isIndicator(_ bytes: [UInt8]) -> Bool {
        let text = String(decoding: bytes, as: UTF8.self)
        let hasColon = zip(bytes, bytes.dropFirst()).contains { $0 == UInt8(ascii: ":") && $1 == UInt8(ascii: " ") }
        let isDash = text == "-" || text.hasPrefix("- ") || text.hasPrefix("--")
        return hasColon || isDash || text.hasPrefix("..")
    }
}
