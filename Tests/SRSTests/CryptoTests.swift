import CCrypto
import Testing

@Suite struct CryptoTests {
    private func hex(_ bytes: [UInt8]) -> String {
        bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }

    @Test func sha256() {
        var out = [UInt8](repeating: 1, count: 32)
        #expect(ccrypto_sha256("abc", 3, &out) == 1)
        #expect(hex(out) == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
        #expect(ccrypto_sha256(nil, 0, &out) == 1)
        #expect(hex(out) == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
    }

    /// RFC 2202 and RFC 4231, second cases.
    @Test func hmac() throws {
        let message = "what do ya want for nothing?"
        var short = [UInt8](repeating: 1, count: 20)
        let jefe = try #require(ccrypto_hmac_sha1_prepare("Jefe", 4))
        defer { ccrypto_hmac_sha1_release(jefe) }
        // Its use does not use it up.
        #expect(ccrypto_hmac_sha1_with(jefe, nil, 0, &short) == 1)
        #expect(ccrypto_hmac_sha1_with(jefe, message, message.utf8.count, &short) == 1)
        #expect(hex(short) == "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79")
        var long = [UInt8](repeating: 1, count: 32)
        #expect(ccrypto_hmac_sha256("Jefe", 4, message, message.utf8.count, &long) == 1)
        #expect(hex(long) == "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843")
    }

    /// RFC 2202 and RFC 4231, sixth cases: keys longer than a block.
    @Test func hmacWithALongKey() throws {
        let message = "Test Using Larger Than Block-Size Key - Hash Key First"
        var short = [UInt8](repeating: 1, count: 20)
        let key80 = [UInt8](repeating: 0xaa, count: 80)
        let key = try #require(ccrypto_hmac_sha1_prepare(key80, key80.count))
        defer { ccrypto_hmac_sha1_release(key) }
        #expect(ccrypto_hmac_sha1_with(key, message, message.utf8.count, &short) == 1)
        #expect(hex(short) == "aa4ae5e15272d00e95705637ce8a3b55ed402112")
        var long = [UInt8](repeating: 1, count: 32)
        let key131 = [UInt8](repeating: 0xaa, count: 131)
        #expect(ccrypto_hmac_sha256(key131, key131.count, message, message.utf8.count, &long) == 1)
        #expect(hex(long) == "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54")
    }

    @Test func anEmptyKeyIsNotTheKeyBefore() {
        var first = [UInt8](repeating: 1, count: 32)
        var second = [UInt8](repeating: 2, count: 32)
        #expect(ccrypto_hmac_sha256(nil, 0, nil, 0, &first) == 1)
        #expect(hex(first) == "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad")
        #expect(ccrypto_hmac_sha256("key", 3, "x", 1, &second) == 1)
        #expect(ccrypto_hmac_sha256(nil, 0, nil, 0, &second) == 1)
        #expect(first == second)
    }

    @Test func equality() {
        #expect(ccrypto_equal("abc", "abc", 3) == 1)
        #expect(ccrypto_equal("abc", "abd", 3) == 0)
        #expect(ccrypto_equal("abc", "abd", 2) == 1)
        #expect(ccrypto_equal(nil, nil, 0) == 1)
    }

    @Test func random() {
        var first = [UInt8](repeating: 0, count: 32)
        var second = first
        #expect(ccrypto_random(&first, 32) == 1)
        #expect(ccrypto_random(&second, 32) == 1)
        #expect(first != second)
        #expect(ccrypto_random(nil, 0) == 1)
    }
}
