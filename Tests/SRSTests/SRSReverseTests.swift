import MailTypes
import SRS
import Testing

@Suite struct SRSReverseTests {
    private let address = "SRS0=iHbP=G3=a.example=alice@fwd.example"

    @Test(arguments: [
        (
            "SRS1=azCr=fwd.example==iHbP=G3=a.example=alice@hop3.example", "hop3.example",
            "SRS0=iHbP=G3=a.example=alice@fwd.example"
        ),
        ("SRS0=iHbP=G3=a.example=alice@fwd.example", "fwd.example", "alice@a.example"),
        (
            "SRS0=9O40=G3=Mail.Example.ORG=Bob.Smith+x@fwd.example", "fwd.example",
            "Bob.Smith+x@Mail.Example.ORG"
        ),
        ("srs0=ihbp=g3=a.example=alice@FWD.example", "fwd.example", "alice@a.example"),
        ("SRS0-iHbP=G3=a.example=alice@fwd.example", "fwd.example", "alice@a.example"),
        ("\"SRS0=iHbP=G3=a.example=alice\"@fwd.example", "fwd.example", "alice@a.example"),
    ])
    func vectors(recipient: String, domain: String, expected: String) throws {
        let outcome = try rewriter(domain).reverse(recipient, day: vectorDay, locality: .foreign)
        #expect(outcome == .rewritten(expected))
    }

    @Test(arguments: [
        ("", SRSBypass.notAnAddress), ("SRS0=iHbP=G3=a.example=alice", .notAnAddress), ("bob@fwd.example", .notSRS),
        ("SRS0=iHbP=G3=a.example@fwd.example", .notSRS), ("SRS2=iHbP=G3=a.example=x@fwd.example", .notSRS),
    ])
    func bypasses(recipient: String, reason: SRSBypass) throws {
        #expect(try rewriter().reverse(recipient, day: vectorDay, locality: .unknown) == .bypassed(reason))
    }

    @Test(arguments: [
        // One character that matches; three that match.
        ("SRS0=S=G3=victim.example=bob", SRSFailure.badHash), ("SRS0=iHb=G3=a.example=alice", .badHash),
        ("SRS0=aaaa=G3=a.example=alice", .badHash), ("SRS0=iHbP=G4=a.example=alice", .badHash),
        ("SRS0=iHbP=G3=b.example=alice", .badHash), ("SRS0=iHbP=G3=a.example=alicia", .badHash),
        ("SRS0=iHbPiHbP=G3=a.example=alice", .badHash), ("SRS1=azCr=b.example==iHbP=G3=a.example=alice", .badHash),
        ("SRS1=azCs=fwd.example==iHbP=G3=a.example=alice", .badHash),
        ("SRS0=iHbP=\(String(repeating: "G3", count: 100))=a.example=alice", .badHash),
    ])
    func forgeries(localPart: String, reason: SRSFailure) throws {
        let outcome = try rewriter().reverse("\(localPart)@fwd.example", day: vectorDay, locality: .local)
        #expect(outcome == .failed(reason))
        #expect(outcome.reasonText == "")
    }

    @Test(arguments: [
        ("fwd.example", DomainLocality.unknown, true), ("FWD.EXAMPLE", .foreign, true),
        ("mx.example.net", .foreign, true), ("MX.Example.Net", .unknown, true), ("local.example", .local, true),
        ("other.example", .foreign, false), ("sub.fwd.example", .foreign, false),
    ])
    func onlyOwnDomainsAreReversed(domain: String, locality: DomainLocality, isReversed: Bool) throws {
        let recipient = "SRS0=iHbP=G3=a.example=alice@\(domain)"
        let outcome = try rewriter().reverse(recipient, day: vectorDay, locality: locality)
        #expect(outcome == (isReversed ? .rewritten("alice@a.example") : .bypassed(.notSRS)))
    }

    @Test func anUnknownLocalityIsAFailure() throws {
        let outcome = try rewriter().reverse("SRS0=iHbP=G3=a.example=alice@Other.example", day: vectorDay) { domain in
            #expect(domain.text == "other.example")
            return .unknown
        }
        #expect(outcome == .failed(.localityUnknown))
    }

    @Test(arguments: [
        (0, true), (1, true), (20, true), (21, false), (22, false), (-1, false), (1023, false), (1024, true),
        (1044, true), (1045, false),
    ])
    func window(age: Int, isReversed: Bool) throws {
        let outcome = try rewriter().reverse(address, day: vectorDay + age, locality: .foreign)
        #expect(outcome == (isReversed ? .rewritten("alice@a.example") : .failed(.expired)))
    }

    @Test func theWindowGoesRoundWithTheTimestamp() throws {
        // Day 1020 and day 1030 lie on two sides of the wrap.
        let rewriter = try rewriter()
        let made = try #require(rewriter.forward("alice@a.example", day: 1020).address)
        #expect(rewriter.reverse(made, day: 1030, locality: .foreign).address == "alice@a.example")
        #expect(rewriter.reverse(made, day: 1041, locality: .foreign) == .failed(.expired))
    }

    @Test func theClockMayStepBackAndForth() throws {
        let rewriter = try rewriter()
        let outcomes = [0, -1, 0, 30, 5].map { step in
            rewriter.reverse(address, day: vectorDay + step, locality: .foreign).address
        }
        #expect(outcomes == ["alice@a.example", nil, "alice@a.example", nil, "alice@a.example"])
    }

    @Test func srs1HasNoTimeLimit() throws {
        let recipient = "SRS1=azCr=fwd.example==iHbP=G3=a.example=alice@hop2.example"
        let outcome = try rewriter("hop2.example").reverse(recipient, day: vectorDay + 500, locality: .foreign)
        #expect(outcome == .rewritten("SRS0=iHbP=G3=a.example=alice@fwd.example"))
    }

    @Test func aRetiredSecretStillVerifies() throws {
        let renewed = try rewriter(secrets: ["new", "secret"])
        #expect(renewed.reverse(address, day: vectorDay, locality: .foreign).address == "alice@a.example")
        let without = try rewriter(secrets: ["new"])
        #expect(without.reverse(address, day: vectorDay, locality: .foreign) == .failed(.badHash))
    }

    @Test(arguments: [0, 3, 1022])
    func validityIsSetByTheAdministrator(validity: Int) throws {
        let rewriter = try rewriter(validity: validity)
        let last = rewriter.reverse(address, day: vectorDay + validity, locality: .foreign)
        #expect(last == .rewritten("alice@a.example"))
        let late = rewriter.reverse(address, day: vectorDay + validity + 1, locality: .foreign)
        #expect(late == .failed(.expired))
    }
}
