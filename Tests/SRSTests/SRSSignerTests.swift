import Testing

@testable import SRS

@Suite struct SRSSignerTests {
    private func signer(_ secrets: String..., hashLength: Int = 4) throws -> SRSSigner {
        try #require(SRSSigner(secrets: secrets.compactMap { SRSSecret($0) }, hashLength: hashLength))
    }

    @Test func vector() throws {
        #expect(try signer("secret").hash("abc") == "aUq9")
        #expect(try signer("secret").hash("A", "bC") == "aUq9")
    }

    @Test func needsASecret() {
        #expect(SRSSigner(secrets: []) == nil)
    }

    @Test(arguments: [(0, 4), (4, 4), (8, 8), (27, 27), (1000, 27)])
    func holdsTheLength(asked: Int, length: Int) throws {
        let signer = try signer("secret", hashLength: asked)
        let hash = try #require(signer.hash("abc"))
        #expect(signer.hashLength == length)
        #expect(hash.utf8.count == length)
        #expect(signer.verify(hash, over: "abc"))
    }

    @Test func verifiesAtTheSuppliedLength() throws {
        let long = try signer("secret", hashLength: 27)
        let hash = try #require(long.hash("abc"))
        let short = try signer("secret")
        for length in 0...27 {
            #expect(short.verify(String(hash.prefix(length)), over: "abc") == (length >= 4))
        }
        #expect(!short.verify(hash + "=", over: "abc"))
        #expect(!short.verify(hash + "A", over: "abc"))
        #expect(!short.verify(String(hash.dropLast()) + "~", over: "abc"))
        #expect(!short.verify(String(repeating: "a", count: 100_000), over: "abc"))
    }

    @Test func letterCaseDoesNotCount() throws {
        let signer = try signer("secret")
        for hash in ["aUq9", "AUQ9", "auq9"] {
            #expect(signer.verify(hash, over: "ABC"))
        }
        #expect(!signer.verify("aUq8", over: "abc"))
        #expect(!signer.verify("aUqé", over: "abc"))
    }

    @Test func theFirstSecretSignsAndAllVerify() throws {
        let old = try signer("old")
        let both = try signer("new", "old")
        let oldHash = try #require(old.hash("abc"))
        let newHash = try #require(both.hash("abc"))
        #expect(newHash == (try signer("new").hash("abc")))
        #expect(both.verify(oldHash, over: "abc"))
        #expect(both.verify(newHash, over: "abc"))
        #expect(!old.verify(newHash, over: "abc"))
    }
}
