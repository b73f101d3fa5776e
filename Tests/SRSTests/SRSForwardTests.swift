import MailTypes
import SRS
import Testing

@Suite struct SRSForwardTests {
    @Test(arguments: [
        ("alice@a.example", "fwd.example", "SRS0=iHbP=G3=a.example=alice@fwd.example"),
        (
            "SRS0=iHbP=G3=a.example=alice@fwd.example", "hop2.example",
            "SRS1=azCr=fwd.example==iHbP=G3=a.example=alice@hop2.example"
        ),
        (
            "SRS1=azCr=fwd.example==iHbP=G3=a.example=alice@hop2.example", "hop3.example",
            "SRS1=azCr=fwd.example==iHbP=G3=a.example=alice@hop3.example"
        ),
        (
            "Bob.Smith+x@Mail.Example.ORG", "fwd.example",
            "SRS0=9O40=G3=Mail.Example.ORG=Bob.Smith+x@fwd.example"
        ),
        ("alice@a.example", "FWD.Example", "SRS0=iHbP=G3=a.example=alice@fwd.example"),
    ])
    func vectors(sender: String, domain: String, expected: String) throws {
        #expect(try rewriter(domain).forward(sender, day: vectorDay) == .rewritten(expected))
    }

    @Test(arguments: [
        ("", SRSBypass.notAnAddress), ("MAILER-DAEMON", .notAnAddress), ("a@", .notAnAddress),
        ("\u{1}@a.example", .notAnAddress), ("x@fwd.example", .srsDomain), ("x@FWD.Example", .srsDomain),
        ("SRS0=iHbP=G3=a.example=alice@fwd.example", .srsDomain), ("x@mx.example.net", .hostname),
        ("x@MX.EXAMPLE.NET", .hostname),
    ])
    func bypasses(sender: String, reason: SRSBypass) throws {
        let rewriter = try rewriter()
        #expect(rewriter.forward(sender, day: vectorDay) == .bypassed(reason))
        // These rules come before those that need to know the domain.
        let excluded = ExcludedDomains(["example", "net"])
        let outcome = rewriter.forward(sender, day: vectorDay, excluded: excluded) { domain in
            Issue.record("asked about \(domain)")
            return .unknown
        }
        #expect(outcome == .bypassed(reason))
    }

    @Test func theRulesHaveAnOrder() throws {
        let rewriter = try rewriter()
        let excluded = ExcludedDomains([".example"])
        let outcome = { (locality: DomainLocality, excluded: ExcludedDomains) in
            rewriter.forward("alice@a.example", day: vectorDay, excluded: excluded) { _ in locality }
        }
        #expect(outcome(.local, excluded) == .bypassed(.localDomain))
        #expect(outcome(.unknown, excluded) == .failed(.localityUnknown))
        #expect(outcome(.foreign, excluded) == .bypassed(.excluded))
        #expect(outcome(.foreign, ExcludedDomains()).address == "SRS0=iHbP=G3=a.example=alice@fwd.example")
        _ = rewriter.forward("alice@A.example", day: vectorDay, excluded: excluded) { domain in
            #expect(domain.text == "a.example")
            return .local
        }
    }

    @Test func replyTexts() {
        #expect(
            SRSBypass.allCases.map(\.rawValue) == [
                "Not a valid email address, bypassed.", "Domain is srs_domain, bypassed.",
                "Domain is server hostname, bypassed.", "Domain is a local mail domain, bypassed.",
                "Domain is explicitly excluded, bypassed.", "Not a valid SRS address, bypassed.",
            ])
        #expect(SRSOutcome.bypassed(.notSRS).reasonText == "Not a valid SRS address, bypassed.")
        #expect(SRSOutcome.failed(.badHash).reasonText == "")
        #expect(SRSOutcome.rewritten("a@b").reasonText == nil)
    }

    @Test func withoutAHostnameOnlyTheSRSDomainIsOwn() throws {
        let rewriter = try rewriter(hostname: nil)
        #expect(rewriter.forward("x@mx.example.net", day: vectorDay).address != nil)
    }

    @Test func boundsTheLocalPart() throws {
        // SRS0=iHbP=G3= a.example = is 23 octets.
        let longest = String(repeating: "a", count: 64 - 23)
        let address = try #require(try rewriter().forward("\(longest)@a.example", day: vectorDay).address)
        #expect(address.utf8.firstIndex(of: UInt8(ascii: "@")).map { address.utf8[..<$0].count } == 64)
        // The quotes count.
        for local in ["\(longest)a", "\(longest.dropLast()) "] {
            let outcome = try rewriter(keeping: .never).forward("\(local)@a.example", day: vectorDay)
            #expect(outcome == .failed(.localPartTooLong))
        }
    }

    @Test func boundsThePath() throws {
        let local = "SRS0=iHbP=G3=a.example=alice".utf8.count
        let labels = String(repeating: "a.", count: (254 - local - 1 - 2) / 2)
        let longest = labels + String(repeating: "b", count: 254 - local - 1 - labels.utf8.count)
        let address = try rewriter(longest).forward("alice@a.example", day: vectorDay).address
        #expect(address?.utf8.count == 254)
        let outcome = try rewriter(longest + "b", keeping: .never).forward("alice@a.example", day: vectorDay)
        #expect(outcome == .failed(.pathTooLong))
    }

    @Test(arguments: [
        // No first hop that could be reached: an ordinary address.
        ("SRS1=h=a b==x@a.example", "\"SRS0="), ("SRS1=x@a.example", "SRS0="), ("SRS0=@a.example", "SRS0="),
        ("srs0@a.example", "SRS0="), ("srs2=x@a.example", "SRS0="),
        // Whatever grammar the first hop has.
        ("SRS0=x@a.example", "SRS1="), ("srs0+weird@a.example", "SRS1="), ("srs1-h=b.example=-x@a.example", "SRS1="),
    ])
    func choosesTheTag(sender: String, tag: String) throws {
        let address = try #require(try rewriter().forward(sender, day: vectorDay).address)
        #expect(address.hasPrefix(tag))
    }
}
