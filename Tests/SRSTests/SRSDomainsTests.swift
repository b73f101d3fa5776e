import MailTypes
import SRS
import Testing

@Suite struct SRSDomainsTests {
    private let further = [
        "two.example": ["b.example", "c.b.example.org"], "three.example": ["example.org"], "old.example": [],
    ]

    @Test(arguments: [
        ("a@a.example", "fwd.example"), ("a@b.example", "two.example"), ("a@x.y.B.example", "two.example"),
        ("a@xb.example", "fwd.example"), ("a@example.org", "three.example"), ("a@b.example.org", "three.example"),
        ("a@c.b.example.org", "two.example"), ("a@d.c.b.example.org", "two.example"), ("a@[192.0.2.1]", "fwd.example"),
    ])
    func chosenByTheOriginalDomain(sender: String, expected: String) throws {
        let rewriter = try rewriter(further: further)
        let address = try #require(rewriter.forward(sender, day: vectorDay).address)
        #expect(address.hasSuffix("@\(expected)"), "\(address)")
        #expect(rewriter.reverse(address, day: vectorDay, locality: .foreign) == .rewritten(sender))
    }

    @Test(arguments: ["fwd.example", "two.example", "THREE.example", "old.example"])
    func allAreOwn(name: String) throws {
        let rewriter = try rewriter(further: further)
        #expect(rewriter.forward("a@\(name)", day: vectorDay) == .bypassed(.srsDomain))
        let address = "SRS0=iHbP=G3=a.example=alice@\(name)"
        let outcome = rewriter.reverse(address, day: vectorDay) { domain in
            Issue.record("asked about \(domain)")
            return .foreign
        }
        #expect(outcome == .rewritten("alice@a.example"))
    }

    /// The hash is right, the domain is nobody's of this server.
    @Test(arguments: ["sub.fwd.example", "example", "b.example", "four.example"])
    func othersAreNot(name: String) throws {
        let outcome = try rewriter(further: further).reverse(
            "SRS0=iHbP=G3=a.example=alice@\(name)", day: vectorDay, locality: .foreign)
        #expect(outcome == .bypassed(.notSRS))
    }
}
