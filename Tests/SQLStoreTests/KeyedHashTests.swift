import Testing

@testable import SQLStore

@Suite struct KeyedHashTests {
    private static let hash = KeyedHash(key: Array(0..<32))

    private func hex(_ value: Bytes16?) -> String {
        (value?.bytes ?? []).map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }

    @Test(arguments: [
        (["a", "bc"], "7281caf026ca30a3a915c06b7f9c266b"),
        (["ab", "c"], "c3be357a5b3bed1965015d7fedd4253d"),
        ([], "d38b42096d80f45f826b44a9d5607de7"),
        ([""], "a86acbcbc29b8fa83c83582d56a892d0"),
        (["ü"], "a77a8a6150cbe1db128e6cc4895f988e"),
    ])
    func vectors(_ parts: [String], _ expected: String) {
        #expect(hex(Self.hash?.hash(parts)) == expected)
    }

    @Test func theKeyHasALength() throws {
        #expect(KeyedHash(key: [1, 2, 3]) == nil)
        let first = try KeyedHash.randomKey()
        #expect(first.count == 32)
        #expect(try KeyedHash.randomKey() != first)
    }

    @Test func keysAreOrderedAsTheirBytes() {
        let keys = [
            Bytes16(high: 0, low: .max), Bytes16(high: 1, low: 0), Bytes16(high: 1 << 63, low: 0),
            Bytes16(high: 1 << 63, low: 1),
        ]
        #expect(keys.shuffled().sorted() == keys)
        for (left, right) in zip(keys, keys.dropFirst()) {
            #expect(left.bytes.lexicographicallyPrecedes(right.bytes))
        }
        #expect(Bytes16(bytes: keys[3].bytes) == keys[3])
        #expect(Bytes16(bytes: [1]) == nil)
    }
}
