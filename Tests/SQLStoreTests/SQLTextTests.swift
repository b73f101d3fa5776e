import Testing

@testable import SQLStore

@Suite struct SQLTextTests {
    private func fit(_ text: String, _ columns: Int) throws -> String {
        SQLText.fit(text, columns: columns, hash: try #require(KeyedHash(key: Array(0..<32))))
    }

    @Test(arguments: [
        ("", 10, ""), ("short", 5, "short"), ("üüüüü", 5, "üüüüü"), ("a\u{0}b", 10, "a\u{FFFD}b"),
        (String(repeating: "x", count: 100), 40, "xxxxxxx~822c311d5411dede298e56cac98896a4"),
        (String(repeating: "x", count: 100), 33, "~822c311d5411dede298e56cac98896a4"),
        (String(repeating: "x", count: 100), 4, "96a4"),
        (String(repeating: "x", count: 100), 0, ""),
    ])
    func texts(_ text: String, _ columns: Int, _ expected: String) throws {
        #expect(try fit(text, columns) == expected)
    }

    @Test func widthCountsScalars() throws {
        // One character on the screen, two for the database.
        let text = String(repeating: "e\u{301}", count: 40)
        let fitted = try fit(text, 79)
        #expect(fitted.unicodeScalars.count == 79)
        #expect(try fit(text, 80) == text)
    }

    @Test func longTextsStayTwo() throws {
        let prefix = String(repeating: "x", count: 300)
        #expect(try fit(prefix + "1", 255) != fit(prefix + "2", 255))
    }

    @Test func bytesThatAreNoTextBecomeText() throws {
        let hash = try #require(KeyedHash(key: Array(0..<32)))
        #expect(SQLText.fit(bytes: [0x61, 0xff, 0, 0x62], columns: 9, hash: hash) == "a\u{FFFD}\u{FFFD}b")
    }
}
