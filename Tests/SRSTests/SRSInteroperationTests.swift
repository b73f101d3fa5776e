import SRS
import Testing

/// Addresses as other implementations make them, reckoned from the published algorithm by another program: HMAC-SHA1 over
/// the parts in lower case, base64, a day of two base32 characters. postsrsd 1.x and 2.x begin with any of the three
/// separators and have a hash of any length; iRedAPD's has four characters and `=`.
@Suite struct SRSInteroperationTests {
    struct Vector: Sendable, CustomStringConvertible {
        let secret: String
        let hashLength: Int
        let day: Int
        let original: String
        let rewritten: String

        var description: String { rewritten }
    }

    private static let longSecret = "a much longer secret than any block of sixty-four bytes would take in"

    private static let first: [Vector] = [
        Vector(
            secret: "Kuchen", hashLength: 4, day: 20000, original: "jane.doe@orig.example",
            rewritten: "SRS0=Q0k6=RA=orig.example=jane.doe@srs.example"),
        Vector(
            secret: "Kuchen", hashLength: 8, day: 20000, original: "Jane.Doe+list@Orig.Example",
            rewritten: "SRS0+85FUHjLE=RA=Orig.Example=Jane.Doe+list@srs.example"),
        Vector(
            secret: longSecret, hashLength: 12, day: 1023, original: "x=y@h.example",
            rewritten: "SRS0-cZcBgX5ZfxKd=77=h.example=x=y@srs.example"),
        Vector(
            secret: "Kuchen", hashLength: 4, day: 20000, original: "josé@bücher.example",
            rewritten: "SRS0=nlUG=RA=bücher.example=josé@srs.example"),
        Vector(
            secret: "secret", hashLength: 4, day: vectorDay, original: "Bob.Smith+x@Mail.Example.ORG",
            rewritten: "SRS0=9O40=G3=Mail.Example.ORG=Bob.Smith+x@srs.example"),
    ]

    private static let second: [Vector] = [
        Vector(
            secret: "Kuchen", hashLength: 4, day: 20000, original: "SRS0=aB+/=TQ=orig.example=jane.doe@first.example",
            rewritten: "SRS1=9IyJ=first.example==aB+/=TQ=orig.example=jane.doe@srs.example"),
        Vector(
            secret: "Kuchen", hashLength: 8, day: 20000, original: "SRS0+aBcd=TQ=orig.example=jane@first.example",
            rewritten: "SRS1+FuYo1cz3=first.example=+aBcd=TQ=orig.example=jane@srs.example"),
        Vector(
            secret: "Kuchen", hashLength: 4, day: 20000, original: "SRS0-aBcd=TQ=orig.example=Jane@First.Example",
            rewritten: "SRS1-kFlH=First.Example=-aBcd=TQ=orig.example=Jane@srs.example"),
    ]

    private func rewriter(_ vector: Vector) throws -> SRSRewriter {
        try SRSTests.rewriter("srs.example", secrets: [vector.secret], hashLength: vector.hashLength, keeping: .never)
    }

    @Test(arguments: first + second)
    func bothWays(vector: Vector) throws {
        let rewriter = try rewriter(vector)
        for day in [vector.day, vector.day + 20] {
            #expect(rewriter.reverse(vector.rewritten, day: day, locality: .foreign) == .rewritten(vector.original))
        }
        // Ours begins with `=`, which is signed by neither.
        let forward = try #require(rewriter.forward(vector.original, day: vector.day).address)
        #expect(forward.dropFirst(5) == vector.rewritten.dropFirst(5))
    }

    /// A hash of 27 characters leaves no room for this sender; its address is reversed all the same.
    @Test func theLongestHash() throws {
        let rewriter = try SRSTests.rewriter("srs.example", secrets: ["Kuchen"], hashLength: 27)
        let outcome = rewriter.reverse(
            "SRS0=sRJxHDUH+ffoa48CGD0/wl7sfnI=AA=sub.orig.example=o'neill@srs.example", day: 20480, locality: .foreign)
        #expect(outcome == .rewritten("o'neill@sub.orig.example"))
    }
}
