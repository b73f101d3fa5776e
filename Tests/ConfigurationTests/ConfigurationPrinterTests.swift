import Configuration
import SuiteFixture
import Testing

@Suite struct ConfigurationPrinterTests {
    @Test func aConfigurationIsPrintedInBlocks() {
        let node: ConfigurationNode = [
            "limit": ConfigurationNode(TimeSpan.seconds(90)),
            "max-size": ConfigurationNode(ByteSize.mebibytes(5)),
            "mode": "enforce",
            "enabled": true,
            "port": 10025,
            "names": ["a.example", "no", "12"],
            "none": [],
            "nothing": ConfigurationNode(mapping: []),
            "listeners": [["address": "unix:/run/x", "tags": ["a", "b"]], [["deep"], "x"]],
            "child": ["k.x": "v"],
        ]
        let expected = """
            limit: 90s
            max-size: 5M
            mode: enforce
            enabled: true
            port: 10025
            names:
              - a.example
              - "no"
              - "12"
            none: []
            nothing: {}
            listeners:
              - address: unix:/run/x
                tags:
                  - a
                  - b
              - - - deep
                - x
            child:
              k.x: v

            """
        #expect(node.yaml() == expected)
    }

    @Test(arguments: [
        ("word", "word"), ("two words", "two words"), ("", "\"\""), (" x", "\" x\""), ("x ", "\"x \""),
        ("true", "\"true\""), ("Off", "\"Off\""), ("null", "\"null\""), ("~", "\"~\""), ("1e3", "\"1e3\""),
        ("0x1F", "\"0x1F\""), ("a: b", "\"a: b\""), ("a:", "\"a:\""), ("a:b", "a:b"), ("a #b", "\"a #b\""),
        ("- a", "\"- a\""), ("-", "\"-\""), ("---", "\"---\""), ("...", "\"...\""), ("*a", "\"*a\""), ("&a", "\"&a\""),
        ("[a]", "\"[a]\""), ("{a", "\"{a\""), ("@x", "\"@x\""), ("a@b.example", "a@b.example"), ("%x", "\"%x\""),
        ("::1", "\"::1\""), ("2001:db8::/32", "2001:db8::/32"), ("192.0.2.1", "192.0.2.1"), ("a\"b\\c", #""a\"b\\c""#),
        ("a\nb\t", #""a\nb\t""#), ("ä", "\"ä\""), ("\u{2028}", #""\U00002028""#), ("<<", "\"<<\""),
    ])
    func textIsQuotedWhereItMustBe(_ text: String, _ yaml: String) {
        #expect(ConfigurationNode(text).yaml() == yaml + "\n")
    }

    @Test func absentValuesAreLeftOut() {
        let node = ConfigurationNode(mapping: [("a", nil), ("b", 1), ("b", 2)])
        #expect(node.yaml() == "b: 2\n")
    }

    @Test func readingGivesBackWhatWasPrinted() throws {
        var generator = SeededGenerator(seed: 42)
        for _ in 0..<500 {
            let node = ConfigurationNode(mapping: Self.pairs(&generator, depth: 4))
            let document = try ConfigurationDocument(text: node.yaml(), file: "f")
            #expect(Self.shape(document.root) == Self.shape(node))
            #expect(document.root.yaml() == node.yaml())
        }
    }

    @Test func printingAReadFileAndReadingItAgainChangesNothing() throws {
        let text = "a: |\n  x\n  y\nb: 'it''s'\nc:\nd: [1, ~, {e: 2s}, [], {}, '']\n\"f g\": >-\n  folded\n  text\n"
        let first = try ConfigurationDocument(text: text, file: "f").root
        let second = try ConfigurationDocument(text: first.yaml(), file: "f").root
        #expect(Self.shape(first) == Self.shape(second))
    }

    private static let pieces = [
        "a", "Z", "0", "-", ".", ":", " ", "#", "\"", "'", "\\", "\n", "\t", "\r", "ä", "\u{7F}", "\u{85}", "\u{2029}",
        "\u{FEFF}", "\u{0}", "😀", "[", "]", "{", "}", ",", "&", "*", "!", "|", ">", "%", "@", "`", "?", "~", "=",
        "true",
    ]

    private static func text(_ generator: inout SeededGenerator) -> String {
        (0..<Int.random(in: 0...6, using: &generator))
            .map { _ in pieces.randomElement(using: &generator) ?? "" }
            .joined()
    }

    private static func pairs(_ generator: inout SeededGenerator, depth: Int) -> [(String, ConfigurationNode?)] {
        (0..<Int.random(in: 1...4, using: &generator)).map { position in
            let key = text(&generator).unicodeScalars.filter { $0.properties.generalCategory != .control }
            return (String(String.UnicodeScalarView(key)) + "\(position)k", node(&generator, depth: depth))
        }
    }

    private static func node(_ generator: inout SeededGenerator, depth: Int) -> ConfigurationNode {
        switch Int.random(in: 0...(depth > 0 ? 5 : 3), using: &generator) {
        case 0: ConfigurationNode(Int.random(in: .min ... .max, using: &generator))
        case 1: ConfigurationNode(Bool.random(using: &generator))
        case 2, 3: ConfigurationNode(text(&generator))
        case 4: ConfigurationNode(mapping: pairs(&generator, depth: depth - 1))
        default:
            ConfigurationNode(
                list: (0..<Int.random(in: 0...3, using: &generator)).map { _ in node(&generator, depth: depth - 1) }
            )
        }
    }

    /// Keys, texts and nesting, without places and styles; a null keeps apart from empty text.
    private static func shape(_ node: ConfigurationNode) -> String {
        switch node.content {
        case .scalar(let scalar): scalar.isNull ? "null" : scalar.text.debugDescription
        case .list(let items): "[" + items.map(shape).joined(separator: ",") + "]"
        case .mapping(let entries):
            "{" + entries.map { "\($0.key.debugDescription):\(shape($0.value))" }.joined(separator: ",") + "}"
        }
    }
}
