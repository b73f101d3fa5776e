import Configuration
import Testing

private enum Mode: String, CaseIterable {
    case enforce, shadow, off
}

@Suite struct ConfigurationReadingTests {
    static let strings = [
        Case("v: x", ""), Case("v: 12", ""), Case("v: no", ""), Case("v: 'null'", ""), Case("v: a b ", ""),
        Case("v:", "f:1:3: v: expected text, found nothing"),
        Case("v: ~", "f:1:4: v: expected text, found nothing"),
        Case("v: null", "f:1:4: v: expected text, found nothing"),
        Case("v: ''", "f:1:4: v: expected text that is not empty, found \"\""),
        Case("v: [a]", "f:1:4: v: expected text, found the list"),
        Case("v: {a: b}", "f:1:4: v: expected text, found the mapping"),
        Case("v: \"a\\0\"", #"f:1:4: v: expected one line of text without control characters, found "a\U00000000""#),
        Case("v: |\n  a\n", #"f:1:4: v: expected one line of text without control characters, found "a\n""#),
        Case("v: a\n\n  b\n", #"f:1:4: v: expected one line of text without control characters, found "a\nb""#),
        Case("w: 1", "f:1:1: v: required, but not given\nf:1:1: w: unknown key"),
    ]

    @Test(arguments: strings) func string(_ example: Case) {
        #expect(example.outcome { _ = $0.string("v") } == example.errors)
    }

    @Test func longTextIsCutInErrors() {
        let text = String(repeating: "x", count: 61)
        let expected = "f:1:4: v: expected a whole number, found \(text.dropLast())..."
        #expect(Case("v: \(text)", expected).outcome { _ = $0.int("v") } == expected)
    }

    static let texts = [
        Case("v: |\n  a\n  b\tc\n", ""), Case("v: ''", ""), Case("v: \"a\\tb\"", ""),
        Case("v: \"\\e\"", #"f:1:4: v: expected text without control characters, found "\U0000001B""#),
        Case("v: []", "f:1:4: v: expected text, found the list"),
    ]

    @Test(arguments: texts) func text(_ example: Case) {
        #expect(example.outcome { _ = $0.value("v", as: .text) } == example.errors)
    }

    static let bools = [
        Case("v: true", ""), Case("v: false", ""), Case("w:", "f:1:1: w: unknown key"),
        Case("v: yes", "f:1:4: v: expected true or false, found yes; write true"),
        Case("v: On", "f:1:4: v: expected true or false, found On; write true"),
        Case("v: TRUE", "f:1:4: v: expected true or false, found TRUE; write true"),
        Case("v: no", "f:1:4: v: expected true or false, found no; write false"),
        Case("v: off", "f:1:4: v: expected true or false, found off; write false"),
        Case("v: 1", "f:1:4: v: expected true or false, found 1"),
        Case("v: 'true'", "f:1:4: v: expected true or false, found \"true\"; remove the quotes"),
        Case("v:", "f:1:3: v: expected true or false, found nothing"),
        Case("v: []", "f:1:4: v: expected true or false, found the list"),
    ]

    @Test(arguments: bools) func bool(_ example: Case) {
        #expect(example.outcome { _ = $0.bool("v", default: true) } == example.errors)
    }

    static let ints = [
        Case("v: 1", ""), Case("v: 65535", ""),
        Case("v: 0", "f:1:4: v: expected 1 to 65535, found 0"),
        Case("v: -1", "f:1:4: v: expected 1 to 65535, found -1"),
        Case("v: 65536", "f:1:4: v: expected 1 to 65535, found 65536"),
        Case("v: 9223372036854775808", "f:1:4: v: expected 1 to 65535, found 9223372036854775808"),
        Case("v: -99999999999999999999", "f:1:4: v: expected 1 to 65535, found -99999999999999999999"),
        Case("v: 010", "f:1:4: v: expected a whole number, found 010"),
        Case("v: 0x10", "f:1:4: v: expected a whole number, found 0x10"),
        Case("v: +1", "f:1:4: v: expected a whole number, found +1"),
        Case("v: 1.0", "f:1:4: v: expected a whole number, found 1.0"),
        Case("v: 1_000", "f:1:4: v: expected a whole number, found 1_000"),
        Case("v: '25'", "f:1:4: v: expected a whole number, found \"25\"; remove the quotes"),
        Case("v: ٣", "f:1:4: v: expected a whole number, found ٣"),
        Case("v: -", "f:1:4: not valid YAML: block sequence entries are not allowed in this context"),
        Case("v: {}", "f:1:4: v: expected a whole number, found the mapping"),
    ]

    @Test(arguments: ints) func int(_ example: Case) {
        #expect(example.outcome { _ = $0.int("v", in: 1...65535) } == example.errors)
    }

    static let durations = [
        Case("v: 10ms", ""), Case("v: 2s", ""), Case("v: '25s'", ""), Case("v: 25000ms", ""),
        Case("v: 9ms", "f:1:4: v: expected 10ms to 25s, found 9ms"),
        Case("v: 60s", "f:1:4: v: expected 10ms to 25s, found 60s"),
        Case("v: 1d", "f:1:4: v: expected 10ms to 25s, found 1d"),
        Case("v: 9223372036854775807d", "f:1:4: v: expected 10ms to 25s, found 9223372036854775807d"),
        Case("v: 99999999999999999999s", "f:1:4: v: expected 10ms to 25s, found 99999999999999999999s"),
        Case("v: 2", "f:1:4: v: expected a duration such as 500ms, 2s or 15m, found 2; add a unit: ms, s, m, h or d"),
        Case("v: 2 s", "f:1:4: v: expected a duration such as 500ms, 2s or 15m, found 2 s"),
        Case("v: 2S", "f:1:4: v: expected a duration such as 500ms, 2s or 15m, found 2S"),
        Case("v: 1.5s", "f:1:4: v: expected a duration such as 500ms, 2s or 15m, found 1.5s"),
        Case("v: -1s", "f:1:4: v: expected a duration such as 500ms, 2s or 15m, found -1s"),
        Case("v: [2s]", "f:1:4: v: expected a duration such as 500ms, 2s or 15m, found the list"),
        Case("v:", "f:1:3: v: expected a duration such as 500ms, 2s or 15m, found nothing"),
    ]

    @Test(arguments: durations) func duration(_ example: Case) {
        let outcome = example.outcome {
            _ = $0.duration("v", default: .seconds(2), in: .milliseconds(10) ... .seconds(25))
        }
        #expect(outcome == example.errors)
    }

    static let sizes = [
        Case("v: 1024", ""), Case("v: 1k", ""), Case("v: 1M", ""), Case("v: 1m", ""),
        Case("v: 1023", "f:1:4: v: expected 1k to 1M, found 1023"),
        Case("v: 1G", "f:1:4: v: expected 1k to 1M, found 1G"),
        Case("v: 9223372036854775807G", "f:1:4: v: expected 1k to 1M, found 9223372036854775807G"),
        Case("v: 5MB", "f:1:4: v: expected a size such as 1500, 10k, 5M or 1G, found 5MB"),
        Case("v: big", "f:1:4: v: expected a size such as 1500, 10k, 5M or 1G, found big"),
        Case("v: -1", "f:1:4: v: expected a size such as 1500, 10k, 5M or 1G, found -1"),
    ]

    @Test(arguments: sizes) func byteSize(_ example: Case) {
        let outcome = example.outcome { _ = $0.byteSize("v", in: .kibibytes(1) ... .mebibytes(1)) }
        #expect(outcome == example.errors)
    }

    static let choices = [
        Case("v: shadow", ""), Case("v: 'off'", ""),
        Case("v: shadw", "f:1:4: v: expected enforce, shadow or off, found shadw; did you mean 'shadow'?"),
        Case("v: OFF", "f:1:4: v: expected enforce, shadow or off, found OFF; did you mean 'off'?"),
        Case("v: never", "f:1:4: v: expected enforce, shadow or off, found never"),
        Case("v: [off]", "f:1:4: v: expected enforce, shadow or off, found the list"),
    ]

    @Test(arguments: choices) func choice(_ example: Case) {
        let byWords = example.outcome {
            _ = $0.choice("v", of: ["enforce": 1, "shadow": 2, "off": 3], default: 1)
        }
        #expect(byWords == example.errors)
        #expect(example.outcome { _ = $0.choice("v", of: Mode.self, default: .enforce) } == example.errors)
    }

    static let lists = [
        Case("v: []", ""), Case("v: [a, 'b']", ""),
        Case("v: a", "f:1:4: v: expected a list, found a"),
        Case("v:", "f:1:3: v: expected a list, found nothing; write [] for an empty list"),
        Case(
            "v:\n  - a\n  - [b]\n  -\n  - ''\n",
            """
            f:3:5: v[1]: expected text, found the list
            f:4:4: v[2]: expected text, found nothing
            f:5:5: v[3]: expected text that is not empty, found ""
            """
        ),
    ]

    @Test(arguments: lists) func list(_ example: Case) {
        #expect(example.outcome { _ = $0.strings("v", default: ["x"]) } == example.errors)
    }

    @Test func valuesAreThoseOfTheFile() throws {
        let text = """
            string: "ä b"
            bool: false
            int: -9223372036854775808
            duration: 15m
            size: 5M
            choice: off
            list: [a, 1, no]
            spans: [1s, 2h]
            parsed: 3.5
            """
        try ConfigurationDocument(text: text, file: "f").read { root in
            #expect(root.string("string") == "ä b")
            #expect(root.bool("bool", default: true) == false)
            #expect(root.int("int") == .min)
            #expect(root.duration("duration") == .minutes(15))
            #expect(root.byteSize("size") == .mebibytes(5))
            #expect(root.choice("choice", of: Mode.self, default: .enforce) == .off)
            #expect(root.strings("list", default: []) == ["a", "1", "no"])
            #expect(root.value("spans", as: .list(of: .duration())) == [.seconds(1), .hours(2)])
            #expect(root.value("parsed", as: .parsed("a weight", placeholder: 0.0) { Double($0) }) == 3.5)
        }
    }

    @Test func ownTypesNameWhatTheyExpect() {
        let reading = ConfigurationReading.parsed("a weight such as 1.5", placeholder: 0.0) { Double($0) }
        let expected = "f:1:4: v: expected a weight such as 1.5, found heavy"
        #expect(Case("v: heavy", expected).outcome { _ = $0.optional("v", as: reading) } == expected)
    }

    @Test(arguments: [
        (0...Int.max, "expected 0 or more, found -1"), (5...5, "expected 5, found -1"),
        (0...9, "expected 0 to 9, found -1"),
    ])
    func rangesAreNamedShortly(_ range: ClosedRange<Int>, _ message: String) {
        #expect(Case("v: -1", message).outcome { _ = $0.int("v", in: range) } == "f:1:4: v: \(message)")
    }
}
