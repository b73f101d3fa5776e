import Testing

@testable import SRS

@Suite struct Base64Tests {
    /// RFC 4648 section 10, without padding.
    @Test(arguments: [
        ("", ""), ("f", "Zg"), ("fo", "Zm8"), ("foo", "Zm9v"), ("foob", "Zm9vYg"), ("fooba", "Zm9vYmE"),
        ("foobar", "Zm9vYmFy"),
    ])
    func vectors(text: String, expected: String) {
        #expect(String(decoding: Base64.encode(Array(text.utf8), first: 100), as: UTF8.self) == expected)
    }

    /// What is not asked for is not made, wherever a group ends.
    @Test(arguments: 0...10) func theFirstCharacters(count: Int) {
        let first = Base64.encode(Array("foobar".utf8), first: count)
        #expect(String(decoding: first, as: UTF8.self) == String("Zm9vYmFy".prefix(count)))
    }

    @Test func lastCharacters() {
        #expect(String(decoding: Base64.encode([0xFB, 0xFF, 0xFE], first: 4), as: UTF8.self) == "+//+")
    }
}
