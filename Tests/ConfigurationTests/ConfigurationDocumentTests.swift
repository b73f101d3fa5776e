import Configuration
import Testing

@Suite struct ConfigurationDocumentTests {
    static let faults = [
        Case("", "f:1:1: the file holds no configuration"),
        Case("# only a comment\n\n", "f:1:1: the file holds no configuration"),
        Case("---\n", "f:2:1: expected a mapping (KEY: VALUE) at the top of the file, found nothing"),
        Case("word\n", "f:1:1: expected a mapping (KEY: VALUE) at the top of the file, found word"),
        Case("\n- a\n", "f:2:1: expected a mapping (KEY: VALUE) at the top of the file, found the list"),
        Case("a: 1\nb: 2\na: 3\n", "f:3:1: a: duplicate key, first given in line 1"),
        Case("x:\n  a: 1\n  'a': 3\n", "f:3:3: x.a: duplicate key, first given in line 2"),
        Case("a: &name 1\n", "f:1:4: a: anchors (&name) are not supported; write the value out where it is used"),
        Case("a: *name\n", "f:1:4: a: aliases (*name) are not supported; write the value out"),
        Case("*name : 1\n", "f:1:1: aliases (*name) are not supported; write the value out"),
        Case("a: !!str 1\n", "f:1:4: a: tags (!name) are not supported; remove the tag"),
        Case("a: ! x\n", "f:1:4: a: tags (!name) are not supported; remove the tag"),
        Case("l: [1, !t {}]\n", "f:1:8: l[1]: tags (!name) are not supported; remove the tag"),
        Case("x:\n  <<: {a: 1}\n", "f:2:3: x: merge keys (<<) are not supported; write the keys out"),
        Case("a: 1\n---\nb: 2\n", "f:2:1: a second document begins here; a configuration is one document"),
        Case("%YAML 1.1\n---\na: 1\n", "f:1:1: directives (lines that begin with %) are not supported"),
        Case("[a, b]: 1\n", "f:1:1: expected a key, found the list"),
        Case("? {a: b}\n: 1\n", "f:1:3: expected a key, found the mapping"),
        Case("x:\n  ~: 1\n", "f:2:3: x: expected a key that is text, found ~; write it in quotes: \"~\""),
        Case("554: 1\n", "f:1:1: expected a key that is text, found 554; write it in quotes: \"554\""),
        Case("true: 1\n", "f:1:1: expected a key that is text, found true; write it in quotes: \"true\""),
        Case("'': 1\n", "f:1:1: expected a key, found nothing"),
        Case("x:\n  '': 1\n", "f:2:3: x: expected a key, found nothing"),
        Case("\"a\\nb\": 1\n", "f:1:1: a key cannot hold control characters"),
        Case("a: 1\n\tb: 2\n", "f:2:1: a tab cannot indent; use spaces"),
        Case("a:\n\tb: 2\n", "f:2:1: a tab cannot indent; use spaces"),
        Case("a: b: c\n", "f:1:5: not valid YAML: mapping values are not allowed in this context"),
        Case("a: 1\nb: \u{1}\n", "f:2:4: the control character U+0001 is not allowed"),
        Case(
            "a: \"x\n",
            "f:2:1: not valid YAML: found unexpected end of stream (while scanning a quoted scalar from line 1)"),
        Case(
            "a: [1\nb: 2\n",
            "f:2:2: not valid YAML: did not find expected ',' or ']' (while parsing a flow sequence from line 1)"
        ),
        Case(
            "a: &x 1\nb: *x\nb: 2\nc: [\n",
            """
            f:1:4: a: anchors (&name) are not supported; write the value out where it is used
            f:2:4: b: aliases (*name) are not supported; write the value out
            f:3:1: b: duplicate key, first given in line 2
            f:5:1: not valid YAML: did not find expected node content (while parsing a flow node from line 5)
            """
        ),
    ]

    @Test(arguments: faults) func everyFaultIsNamedWithItsPlace(_ example: Case) {
        #expect(example.outcome { $0.acceptUnknownKeys() } == example.errors)
    }

    @Test(arguments: ["'<<': 1\n", "'554': 1\n", "\"true\": 1\n", "inf: 1\n", "yes: 1\n", "? a\n: 1\n", "a: 1\n...\n"])
    func quotedAndPlainTextAreKeys(_ text: String) throws {
        _ = try ConfigurationDocument(text: text, file: "f")
    }

    @Test func byteOrderMarkIsNoPartOfTheFirstKey() throws {
        let document = try ConfigurationDocument(bytes: [0xEF, 0xBB, 0xBF] + Array("b: 1".utf8), file: "f")
        let errors = #expect(throws: ConfigurationErrors.self) { try document.read { _ in } }
        #expect(errors?.description == "f:1:1: b: unknown key")
    }

    @Test(
        arguments: [
            ([0x61, 0x3A, 0x20, 0xFF], "f:1:4"),
            ([0x61, 0x3A, 0x0A, 0xC3, 0xA4, 0xC3, 0x28], "f:2:2"),
            ([0x61, 0x3A, 0x0D, 0x0A, 0xC0, 0x80], "f:2:1"),
            ([0x61, 0x3A, 0x20, 0xED, 0xA0, 0x80], "f:1:4"),
            ([0x61, 0x3A, 0x20, 0xE2, 0x82], "f:1:4"),
        ] as [([UInt8], String)])
    func invalidUTF8IsNamedWithItsPlace(_ bytes: [UInt8], _ place: String) {
        let errors = #expect(throws: ConfigurationErrors.self) { try ConfigurationDocument(bytes: bytes, file: "f") }
        #expect(errors?.description == "\(place): the file is not UTF-8 text here; save it as UTF-8")
    }

    @Test func utf16IsRefused() {
        let bytes = Array("a: 1".utf16).flatMap { [UInt8($0 & 0xFF), UInt8($0 >> 8)] }
        let errors = #expect(throws: ConfigurationErrors.self) {
            try ConfigurationDocument(bytes: [0xFF, 0xFE] + bytes, file: "f")
        }
        #expect(errors?.description == "f:1:1: the file is not UTF-8 text here; save it as UTF-8")
    }

    @Test func columnsCountCharactersAndNotBytes() {
        let example = Case("{ä: 1, öl: 2}\n", "f:1:2: \"ä\": unknown key\nf:1:8: \"öl\": unknown key")
        #expect(example.outcome { _ in } == example.errors)
    }

    @Test(arguments: [(63, true), (64, false), (5000, false)])
    func nestingIsLimited(_ lists: Int, _ isAllowed: Bool) {
        let text = "a: " + String(repeating: "[", count: lists) + String(repeating: "]", count: lists)
        let limit = "f:1:67: nested too deeply; 64 levels are the limit"
        #expect(Case(text, "").outcome { $0.acceptUnknownKeys() } == (isAllowed ? "" : limit))
    }

    @Test func sizeIsLimited() throws {
        let line = "a: 1\n#"
        let fill = String(repeating: "x", count: ConfigurationDocument.sizeLimit - line.utf8.count)
        _ = try ConfigurationDocument(text: line + fill, file: "f")
        let errors = #expect(throws: ConfigurationErrors.self) {
            try ConfigurationDocument(text: line + fill + "x", file: "f")
        }
        #expect(errors?.description == "f: larger than 1M")
    }

    @Test(arguments: [(256, ""), (257, "f:1:1: the key is too long; 256 bytes are the limit")])
    func keysAreLimited(_ length: Int, _ outcome: String) {
        let text = String(repeating: "k", count: length) + ": 1\n"
        #expect(Case(text, outcome).outcome { $0.acceptUnknownKeys() } == outcome)
    }

    @Test func everyPrefixOfADocumentIsReadOrRefused() {
        let bytes = Array("a: {b: [\"ä\\u00e4\", 'x'], c: |\n  t\n}\n%T\n---\n&a !b *c <<: \t\n".utf8)
        for count in bytes.indices {
            do {
                _ = try ConfigurationDocument(bytes: Array(bytes[..<count]), file: "f")
            } catch {
                #expect(!error.errors.isEmpty)
            }
        }
    }
}
