import MailTypes
import SRS
import Testing

@Suite struct ExcludedDomainsTests {
    @Test(arguments: [
        ("a.b.com", "a.b.com", true), (".a.b.com", "a.b.com", true), ("b.com", "a.b.com", true),
        (".b.com", "a.b.com", true), ("com", "a.b.com", true), (".com", "a.b.com", true), ("B.COM", "a.b.com", true),
        ("a.b.com", "b.com", false), ("xb.com", "b.com", false), ("b.com", "xb.com", false), ("org", "b.com", false),
        ("bücher.example", "xn--bcher-kva.example", true),
    ])
    func covers(entry: String, domain: String, expected: Bool) throws {
        let excluded = ExcludedDomains([entry])
        #expect(excluded.contains(try #require(Domain(parsing: domain))) == expected)
    }

    @Test func keepsWhatIsNoDomain() throws {
        let excluded = ExcludedDomains(["", "..b.com", "b.com", "user@c.com", "."])
        #expect(excluded.ignored == ["", "..b.com", "user@c.com", "."])
        #expect(excluded.contains(try #require(Domain(parsing: "b.com"))))
        #expect(!excluded.contains(try #require(Domain(parsing: "c.com"))))
    }

    @Test func listsTheEntriesToLookUp() throws {
        let domain = try #require(Domain(parsing: "A.b.com"))
        #expect(
            ExcludedDomains.entries(covering: domain) == ["a.b.com", ".a.b.com", "b.com", ".b.com", "com", ".com"])
        for entry in ExcludedDomains.entries(covering: domain) {
            #expect(ExcludedDomains([entry]).contains(domain))
        }
    }
}
