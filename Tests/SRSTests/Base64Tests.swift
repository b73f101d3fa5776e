import Testing

@testable import SRS

@Suite struct Base64Tests {
    /// RFC 4648 section 10, without padding.
    @Test(arguments: [
        ("", ""), ("f", "Zg"), ("fo", "Zm8"), ("foo", "Zm9v"), ("foob", "Zm9vYg"), ("fooba", "Zm9vYmE"),
        ("foobar", "Zm9vYmFy"),
    ])
    func vectors(text: String, expected: String) {
        #expect(String(decoding: Base64.encode(Array(text.utf8)), as: UTF8.self) == expected)
    }

    @Test func lastCharacters() {
        #expect(String(decoding: Base64.encode([0xFB, 0xFF, 0xFE]), as: UTF8.self) == "+//+")
    }
}
