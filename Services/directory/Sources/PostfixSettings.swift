/// The parameters of main.cf that say which domains and addresses there are, as `postconf -x` prints them.
struct PostfixSettings: Equatable, Sendable {
    /// An element of a list of domains. The first that matches decides.
    struct Pattern: Equatable, Sendable {
        /// What it matches.
        enum Kind: Equatable, Sendable {
            /// This domain.
            case domain(String)
            /// The domains in a file.
            case file(String)
            /// The keys of a table, as `TYPE:NAME`.
            case table(String)
        }

        var kind: Kind
        /// Whether what matches is none of the list.
        var isNegated: Bool
    }

    /// Lists of domains with mailboxes here or with other names for them: `mydestination`, `virtual_alias_domains`,
    /// `virtual_mailbox_domains`.
    var local: [[Pattern]] = []
    /// `relay_domains`.
    var relay: [Pattern] = []
    /// Whether domains below those of `relay_domains` are meant as well.
    var relayCoversSubdomains = false
    /// Tables of aliases: `virtual_alias_maps`.
    var aliases: [String] = []
    /// Tables of mailboxes: `virtual_mailbox_maps`.
    var mailboxes: [String] = []

    /// The parameters that are asked for.
    static let names =
        localNames + [
            "relay_domains", "virtual_alias_maps", "virtual_mailbox_maps", "parent_domain_matches_subdomains",
        ]
    private static let localNames = ["mydestination", "virtual_alias_domains", "virtual_mailbox_domains"]

    /// Reads lines `NAME = VALUE`.
    init(_ text: String) {
        var values: [String: String] = [:]
        for line in text.split(whereSeparator: \.isNewline) {
            let parts = line.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard parts.count == 2 else { continue }
            values[parts[0].filter { $0 != " " }] = String(parts[1])
        }
        local = Self.localNames.map { name in Self.words(values[name] ?? "").map(Self.pattern) }
        relay = Self.words(values["relay_domains"] ?? "").map(Self.pattern)
        relayCoversSubdomains =
            Self.words(values["parent_domain_matches_subdomains"] ?? "").contains("relay_domains")
        aliases = Self.words(values["virtual_alias_maps"] ?? "").map(Self.table)
        mailboxes = Self.words(values["virtual_mailbox_maps"] ?? "").map(Self.table)
    }

    private static func pattern(_ word: String) -> Pattern {
        let isNegated = word.hasPrefix("!")
        let body = isNegated ? String(word.dropFirst()) : word
        if body.hasPrefix("/") { return Pattern(kind: .file(body), isNegated: isNegated) }
        if body.contains(":") { return Pattern(kind: .table(table(body)), isNegated: isNegated) }
        return Pattern(kind: .domain(body.lowercased()), isNegated: isNegated)
    }

    /// `proxy:` only spares Postfix's own processes opening the table.
    private static func table(_ word: String) -> String {
        word.hasPrefix("proxy:") ? String(word.dropFirst("proxy:".count)) : word
    }

    /// Words between commas and spaces; what is in braces is one.
    static func words(_ text: String) -> [String] {
        var words: [String] = []
        var word = ""
        var depth = 0
        for character in text {
            if depth == 0, character == "," || character.isWhitespace {
                if !word.isEmpty { words.append(word) }
                word = ""
                continue
            }
            if character == "{" { depth += 1 }
            if character == "}" { depth = max(0, depth - 1) }
            word.append(character)
        }
        return word.isEmpty ? words : words + [word]
    }
}
