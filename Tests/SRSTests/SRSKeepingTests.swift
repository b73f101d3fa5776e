import MailTypes
import SQLStore
import SRS
import Testing

@Suite struct SRSKeepingTests {
    private static let long = String(repeating: "l", count: 60)

    private func kept(
        _ sender: String, by rewriter: SRSRewriter, day: Int = vectorDay
    ) throws -> (address: String, original: SRSOriginal) {
        let outcome = rewriter.forward(sender, day: day)
        guard case .shortened(let address, let original) = outcome else {
            throw WrongOutcome(description: "\(outcome)")
        }
        return (address, original)
    }

    private struct WrongOutcome: Error, CustomStringConvertible {
        let description: String
    }

    @Test(arguments: [
        ("\(long)@a.example", "\(long)@a.example"), ("a@\(long).example", "a@\(long).example"),
        // Longer than an address may be; it is not ours to judge.
        ("\(long)\(long)@a.example", "\(long)\(long)@a.example"),
        ("\(long) @a.example", "\"\(long) \"@a.example"), ("\"\(long)@\"@a.example", "\"\(long)@\"@a.example"),
        ("\(long)é@bücher.example", "\(long)é@bücher.example"), ("\(long)@[192.0.2.1]", "\(long)@[192.0.2.1]"),
        // What was rewritten before goes to who did it first.
        ("SRS0=abcd=AB=b.example=\(long)@hop1.example", "SRS0=abcd=AB=b.example=\(long)@hop1.example"),
        (
            "SRS1=efgh=hop1.example==abcd=AB=b.example=\(long)@hop2.example",
            "SRS0=abcd=AB=b.example=\(long)@hop1.example"
        ),
        ("SRS0=abcd=AB=b.example=\(long) x@hop1.example", "\"SRS0=abcd=AB=b.example=\(long) x\"@hop1.example"),
    ])
    func whatDoesNotFit(sender: String, original: String) throws {
        let rewriter = try rewriter()
        let (address, found) = try kept(sender, by: rewriter)
        #expect(found.address == original)
        #expect(found.lastDay == vectorDay + 20)
        #expect(address.hasPrefix("SRS0=") && address.hasSuffix("@fwd.example") && address.utf8.count == 52)
        for form in [address, address.lowercased(), address.uppercased(), address.replacing("SRS0=", with: "srs0+")] {
            #expect(rewriter.reverse(form, day: vectorDay + 20, locality: .foreign) == .kept(found.identifier))
        }
        #expect(rewriter.reverse(address, day: vectorDay + 21, locality: .foreign) == .failed(.expired))
        #expect(rewriter.reverse(address, day: vectorDay - 1, locality: .foreign) == .failed(.expired))
    }

    @Test func alwaysAndNever() throws {
        let always = try rewriter(keeping: .always)
        #expect(try kept("alice@a.example", by: always).original.address == "alice@a.example")
        #expect(always.forward("alice@fwd.example", day: vectorDay) == .bypassed(.srsDomain))
        #expect(
            try rewriter(keeping: .never).forward("\(Self.long)@a.example", day: vectorDay)
                == .failed(.localPartTooLong))
        // What was written into addresses before the change is reversed.
        #expect(
            always.reverse("SRS0=iHbP=G3=a.example=alice@fwd.example", day: vectorDay, locality: .foreign)
                == .rewritten("alice@a.example"))
    }

    /// One address on one day has one rewritten address, on every host with the secret; any other address has another.
    @Test func oneAddressForASenderAndADay() throws {
        let (first, second) = (try rewriter(keeping: .always), try rewriter(keeping: .always))
        let one = try kept("alice@a.example", by: first)
        let same = try kept("alice@a.example", by: second)
        #expect(one.address == same.address && one.original == same.original)
        let others = [
            try kept("Alice@a.example", by: first), try kept("alice@b.example", by: first),
            try kept("alice@a.example", by: first, day: vectorDay + 1),
            try kept("alice@a.example", by: rewriter(secrets: ["other"], keeping: .always)),
        ]
        let identifiers = Set(([one] + others).map(\.original.identifier))
        #expect(identifiers.count == others.count + 1)
    }

    /// The longest hash and the longest domain.
    @Test(arguments: [4, 8, 27])
    func alwaysFits(hashLength: Int) throws {
        let longest = SRSRewriter.maximumDomain(hashLength: hashLength)
        let name = String(repeating: "a.", count: longest / 2 - 1) + (longest % 2 == 0 ? "bb" : "bbb")
        #expect(name.utf8.count == longest)
        let rewriter = try rewriter(name, hashLength: hashLength, keeping: .always)
        let (address, original) = try kept("alice@a.example", by: rewriter)
        #expect(address.utf8.count == 254)
        #expect(try #require(address.firstIndex(of: "@").map { address[..<$0].utf8.count }) <= 64)
        #expect(rewriter.reverse(address, day: vectorDay, locality: .foreign) == .kept(original.identifier))
    }

    /// No hash of an address written out is one for an identifier, whatever its sender is called.
    @Test func noOtherHashOpensAnIdentifier() throws {
        let rewriter = try rewriter(hashLength: 27, keeping: .never)
        let short = try SRSTests.rewriter(hashLength: 27, keeping: .always)
        let (address, original) = try kept("alice@a.example", by: short)
        let text = try #require(address.split(separator: "=").last?.prefix(26)).lowercased()
        for split in 1..<25 {
            let (host, local) = (text.prefix(split), text.dropFirst(split))
            let hash = rewriter.forward("\(local)@\(host)", day: vectorDay).address?.split(separator: "=").dropFirst()
                .first
            guard let hash else { continue }
            let forged = "SRS0=\(hash)=G3==\(text)@fwd.example"
            #expect(short.reverse(forged, day: vectorDay, locality: .foreign) == .failed(.badHash))
        }
        #expect(short.reverse(address, day: vectorDay, locality: .foreign) == .kept(original.identifier))
    }

    @Test(arguments: [
        "SRS0=h=G3==", "SRS0=h=G3==ABCDEFGHIJKLMNOPQRSTUVWXY", "SRS0=h=G3==ABCDEFGHIJKLMNOPQRSTUVWXYZA",
        "SRS0=h=G3==ABCDEFGHIJKLMNOPQRSTUVWX1A", "SRS0=h=G3==ABCDEFGHIJKLMNOPQRSTUVWXYZ",
        "SRS0==G3==ABCDEFGHIJKLMNOPQRSTUVWXYA",
        "SRS0=h===ABCDEFGHIJKLMNOPQRSTUVWXYA",
    ])
    func whatIsNoIdentifier(text: String) {
        #expect(SRSAddress(parsing: text) == nil)
    }

    /// A kept address that comes round over another forwarding host is reversed step by step.
    @Test func overAnotherHost() throws {
        let (here, there) = (try rewriter(keeping: .always), try rewriter("hop2.example", secrets: ["b"]))
        let (address, original) = try kept("alice@a.example", by: here)
        let twice = try #require(there.forward(address, day: vectorDay).address)
        #expect(twice.hasPrefix("SRS1=") && twice.contains("=fwd.example=="))
        #expect(here.reverse(twice, day: vectorDay, locality: .foreign) == .bypassed(.notSRS))
        let back = try #require(there.reverse(twice, day: vectorDay, locality: .foreign).address)
        #expect(back == address)
        #expect(here.reverse(back, day: vectorDay, locality: .foreign) == .kept(original.identifier))
    }

    @Test func withoutASecretNothingIsRewritten() throws {
        let domain = try #require(Domain(parsing: "fwd.example"))
        let signer = try #require(SRSSecret("secret", lastDay: vectorDay - 1).flatMap { SRSSigner(secrets: [$0]) })
        for keeping in SRSKeeping.allCases {
            let rewriter = SRSRewriter(
                domains: SRSDomains(domain), hostname: nil, signer: signer, keeping: keeping)
            #expect(rewriter.forward("alice@a.example", day: vectorDay) == .failed(.noSecret))
            #expect(
                rewriter.reverse("SRS0=iHbP=G3=a.example=alice@fwd.example", day: vectorDay, locality: .foreign)
                    == .failed(.badHash))
        }
    }
}
