import Testing

@testable import SRS

@Suite struct SRSSignerTests {
    private func signer(_ secrets: String..., hashLength: Int = 4) throws -> SRSSigner {
        try #require(SRSSigner(secrets: secrets.compactMap { SRSSecret($0) }, hashLength: hashLength))
    }

    @Test func vector() throws {
        #expect(try signer("secret").hash(on: vectorDay, "abc") == "aUq9")
        #expect(try signer("secret").hash(on: vectorDay, "A", "bC") == "aUq9")
    }

    @Test func needsASecret() {
        #expect(SRSSigner(secrets: []) == nil)
    }

    @Test(arguments: [(0, 4), (4, 4), (8, 8), (27, 27), (1000, 27)])
    func holdsTheLength(asked: Int, length: Int) throws {
        let signer = try signer("secret", hashLength: asked)
        let hash = try #require(signer.hash(on: vectorDay, "abc"))
        #expect(signer.hashLength == length)
        #expect(hash.utf8.count == length)
        #expect(signer.verify(hash, on: vectorDay, over: "abc"))
    }

    /// A right hash of another length is no right hash: it would be guessed more easily, or was never made.
    @Test(arguments: [(4, [Int]()), (8, []), (8, [4]), (4, [8, 12])])
    func takesItsOwnLengthAndFormerOnes(length: Int, former: [Int]) throws {
        let whole = try #require(try signer("secret", hashLength: 27).hash(on: vectorDay, "abc"))
        let secret = try #require(SRSSecret("secret"))
        let signer = try #require(SRSSigner(secrets: [secret], hashLength: length, formerHashLengths: former))
        for count in 0...27 {
            let isTaken = signer.verify(String(whole.prefix(count)), on: vectorDay, over: "abc")
            #expect(isTaken == ([length] + former).contains(count), "\(count)")
        }
    }

    @Test func refusesWhatIsNoHash() throws {
        let signer = try signer("secret", hashLength: 27)
        let hash = try #require(signer.hash(on: vectorDay, "abc"))
        #expect(signer.verify(hash, on: vectorDay, over: "abc"))
        for wrong in [hash + "=", hash + "A", hash.dropLast() + "~", String(repeating: "a", count: 100_000), ""] {
            #expect(!signer.verify(wrong, on: vectorDay, over: "abc"))
        }
    }

    @Test func aSecretEnds() throws {
        let secrets = [SRSSecret("one", lastDay: 10), SRSSecret("two", lastDay: 20), SRSSecret("three")]
        let signer = try #require(SRSSigner(secrets: secrets.compactMap(\.self)))
        let alone = try ["one", "two", "three"].map { try self.signer($0) }
        for (day, signing) in [(0, 0), (10, 0), (11, 1), (20, 1), (21, 2)] {
            #expect(signer.hash(on: day, "abc") == alone[signing].hash(on: day, "abc"))
            for (index, one) in alone.enumerated() {
                let hash = try #require(one.hash(on: day, "abc"))
                #expect(signer.verify(hash, on: day, over: "abc") == (index >= signing))
            }
        }
        let ended = try #require(SRSSecret("one", lastDay: 10).flatMap { SRSSigner(secrets: [$0]) })
        #expect(ended.canSign(on: 10) && !ended.canSign(on: 11))
        #expect(ended.hash(on: 11, "abc") == nil && ended.identifier(on: 11, "abc") == nil)
    }

    /// Each is a HMAC-SHA1 that no hash of an address can be.
    @Test func identifiers() throws {
        let signer = try signer("secret")
        let identifier = try #require(signer.identifier(on: vectorDay, "a", "bc"))
        #expect(identifier == signer.identifier(on: vectorDay, "a", "bc"))
        for other in [["ab", "c"], ["a", "bC"], ["abc"]] {
            #expect(other.count == 1 || signer.identifier(on: vectorDay, other[0], other[1]) != identifier)
        }
        #expect(try self.signer("other").identifier(on: vectorDay, "a", "bc") != identifier)
    }

    @Test func letterCaseDoesNotCount() throws {
        let signer = try signer("secret")
        for hash in ["aUq9", "AUQ9", "auq9"] {
            #expect(signer.verify(hash, on: vectorDay, over: "ABC"))
        }
        #expect(!signer.verify("aUq8", on: vectorDay, over: "abc"))
        #expect(!signer.verify("aUqé", on: vectorDay, over: "abc"))
    }

    @Test func theFirstSecretSignsAndAllVerify() throws {
        let old = try signer("old")
        let both = try signer("new", "old")
        let oldHash = try #require(old.hash(on: vectorDay, "abc"))
        let newHash = try #require(both.hash(on: vectorDay, "abc"))
        #expect(newHash == (try signer("new").hash(on: vectorDay, "abc")))
        #expect(both.verify(oldHash, on: vectorDay, over: "abc"))
        #expect(both.verify(newHash, on: vectorDay, over: "abc"))
        #expect(!old.verify(newHash, on: vectorDay, over: "abc"))
    }
}
