import Testing

@testable import ServiceRuntime

@Suite struct LogTextTests {
    private func escaped(_ bytes: [UInt8]) -> String {
        var line: [UInt8] = []
        LogText.append(bytes[...], to: &line)
        return String(decoding: line, as: UTF8.self)
    }

    @Test(arguments: [
        ("", ""), ("action=DUNNO, sender=<a@b.example>", "action=DUNNO, sender=<a@b.example>"),
        ("a\nb\r\0\u{1b}[2J\t\u{7f}", #"a\x0ab\x0d\x00\x1b[2J\x09\x7f"#), ("ü 漢 😀", "ü 漢 😀"),
        ("\u{a0}\u{7ff}\u{ffff}", "\u{a0}\u{7ff}\u{ffff}"),
        ("\u{85}\u{9f}", #"\xc2\x85\xc2\x9f"#), (#"a\b"#, #"a\b"#),
    ]) func keepsWhatIsPrintable(text: String, expected: String) {
        #expect(escaped(Array(text.utf8)) == expected)
    }

    @Test(
        arguments: [
            ([0xff, 0x41], #"\xffA"#), ([0xc3], #"\xc3"#), ([0xc3, 0x41], #"\xc3A"#), ([0xc0, 0x8a], #"\xc0\x8a"#),
            ([0xe0, 0x80, 0x8a], #"\xe0\x80\x8a"#), ([0xed, 0xa0, 0x80], #"\xed\xa0\x80"#),
            ([0xf0, 0x80, 0x80, 0x80], #"\xf0\x80\x80\x80"#), ([0xf4, 0x90, 0x80, 0x80], #"\xf4\x90\x80\x80"#),
            ([0xf0, 0x9f, 0x98], #"\xf0\x9f\x98"#), ([0x80], #"\x80"#), ([0xe2, 0x82, 0x0a], #"\xe2\x82\x0a"#),
        ] as [([UInt8], String)]) func escapesWhatIsNotUTF8(bytes: [UInt8], expected: String)
    {
        #expect(escaped(bytes) == expected)
    }

    /// Each byte at each place of a line that is otherwise plain: the quick look must see what the slow one does.
    @Test func everyByteAtEveryPlace() {
        for place in 0..<19 {
            for byte in UInt8.min...0x7f {
                var bytes = [UInt8](repeating: 0x61, count: 19)
                bytes[place] = byte
                let isPrintable = byte >= 0x20 && byte < 0x7f
                #expect(escaped(bytes).utf8.count == (isPrintable ? 19 : 22), "byte \(byte) at \(place)")
            }
        }
    }

    @Test func agreesWithTheStandardLibraryOnEveryPair() {
        for first in UInt8(0x80)...0xff {
            for second in UInt8(0)...0xff {
                let bytes = [first, second, 0x80, 0x80]
                let length = UTF8Sequence.length(bytes[...])
                let valid = (2...4).first { String(validating: bytes.prefix($0), as: UTF8.self) != nil }
                #expect(length == valid ?? 0)
            }
        }
    }

    @Test(arguments: [8_189, 8_190, 20_000]) func cutsAtTheLimit(length: Int) {
        let line = escaped([UInt8](repeating: 0x61, count: length))
        #expect(line.utf8.count <= LogText.limit)
        #expect(line.hasSuffix("...") == (length > 8_189))
        #expect(line.utf8.count >= LogText.limit - 67 || length < 8_190)
    }

    @Test func cutsBetweenCharacters() {
        for padding in 0..<4 {
            let text = String(repeating: "a", count: padding) + String(repeating: "😀", count: 3_000)
            let line = escaped(Array(text.utf8))
            #expect(line.hasSuffix("😀...") && line.utf8.count <= LogText.limit)
        }
        let controls = escaped([UInt8](repeating: 7, count: 5_000))
        #expect(controls.hasSuffix(#"\x07..."#) && controls.utf8.count <= LogText.limit)
    }
}
