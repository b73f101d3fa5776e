import SRSForgeries
import Testing

@testable import SRS

@Suite struct Base32Tests {
    /// RFC 4648 section 10, without padding.
    @Test(arguments: [
        ("", ""), ("f", "MY"), ("fo", "MZXQ"), ("foo", "MZXW6"), ("foob", "MZXW6YQ"), ("fooba", "MZXW6YTB"),
        ("foobar", "MZXW6YTBOI"),
    ])
    func vectors(text: String, expected: String) {
        #expect(Base32.encode(Array(text.utf8)) == expected)
        #expect(Base32.decode(expected[...]) == Array(text.utf8))
        #expect(Base32.decode(expected.lowercased()[...]) == Array(text.utf8))
    }

    @Test(arguments: ["M", "MZ", "MZX", "MZXW6Y", "M1", "M=", "é", "MY ", "MZXW6YTBO"])
    func refuses(text: String) {
        #expect(Base32.decode(text[...]) == nil)
    }

    @Test func sixteenBytes() {
        var generator = SeededGenerator(seed: 7)
        for _ in 0..<1_000 {
            let bytes = (0..<16).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
            let text = Base32.encode(bytes)
            #expect(text.utf8.count == SRSAddress.identifierLength)
            #expect(Base32.decode(text[...]) == bytes)
        }
    }
}
