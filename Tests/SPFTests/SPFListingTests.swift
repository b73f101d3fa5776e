import DNS
import MailTypes
import SPF
import Testing

/// Whether a domain's record lists a client: the first mechanism that matches must be no `all`, and mean pass.
@Suite struct SPFListingTests {
    private static func evaluate(
        _ record: String, _ client: String = "192.0.2.7", zone: String = ""
    ) throws -> (outcome: SPFOutcome, questions: [DNSQuestion]) {
        let zone = ZoneData(lines: "d.example TXT \(record)\n\(zone)")
        let address = try #require(IPAddress(parsing: client))
        return zone.evaluate(SPFQuery(client: address, domain: "d.example"), limits: .listing)
    }

    @Test(arguments: [
        ("v=spf1 ip4:192.0.2.0/24 -all", true), ("v=spf1 ip4:192.0.2.0/29 -all", true),
        ("v=spf1 ip4:192.0.2.8/29 -all", false), ("v=spf1 +all", false), ("v=spf1 all", false),
        ("v=spf1 ?ip4:192.0.2.7 ip4:192.0.2.7 -all", false), ("v=spf1 -ip4:192.0.2.7 ip4:192.0.2.0/24 -all", false),
        ("v=spf1 A/24 -ALL", true), ("V=SPF1 IP4:192.0.2.7 -all", true), ("v=spf10 ip4:192.0.2.7 -all", false),
        ("v=spf1 include:all.example -all", false), ("v=spf1 include:list.example -all", true),
        ("v=spf1 ?include:list.example -all", false), ("v=spf1 redirect=list.example", true),
        ("v=spf1 redirect=list.example -all", false), ("v=spf1 include:nothing.example", false),
        ("v=spf1 ptr -all", false), ("v=spf1 exists:%{i}.list.example -all", true), ("v=spf1 moo ip4:192.0.2.7", false),
        ("v=spf1 include:all.example ip4:192.0.2.7 -all", false), ("v=spf1 include:d.example ip4:192.0.2.7 -all", true),
        ("v=spf1 mx -all", true), ("v=spf1 a:silent.example -all", false),
    ])
    func isListed(record: String, listed: Bool) throws {
        let zone = """
            d.example A 192.0.2.99
            d.example MX 10 mx.example
            mx.example A 192.0.2.7
            all.example TXT v=spf1 +all
            list.example TXT v=spf1 ip4:192.0.2.0/24 -all
            192.0.2.7.list.example A 127.0.0.2
            7.2.0.192.in-addr.arpa PTR h.d.example
            h.d.example A 192.0.2.7
            silent.example TIMEOUT
            """
        let outcome = try Self.evaluate(record, zone: zone).outcome
        #expect(outcome.isListed == listed, "\(outcome)")
    }

    @Test func sixteenBytes() throws {
        let zone = "d.example AAAA 2001:db8::99\nd.example A 192.0.2.7"
        #expect(try Self.evaluate("v=spf1 a//64 -all", "2001:db8::7", zone: zone).outcome.isListed)
        #expect(try !Self.evaluate("v=spf1 a -all", "2001:db8::7", zone: zone).outcome.isListed)
        #expect(try Self.evaluate("v=spf1 ip6:2001:db8::/32 -all", "2001:db8::7").outcome.isListed)
        #expect(try Self.evaluate("v=spf1 ip4:192.0.2.7 -all", "::ffff:192.0.2.7").outcome.isListed)
    }

    @Test func theDNSThatFailsIsNoAnswer() throws {
        let outcome = try Self.evaluate("v=spf1 a:silent.example -all", zone: "silent.example TIMEOUT").outcome
        #expect(outcome.result == .temperror)
        #expect(outcome.problem == "no answer in time at d.example")
    }

    @Test func twentyQuestionsAndNoMore() throws {
        let hosts = (1...30).map { "a:h\($0).example" }.joined(separator: " ")
        let zone = (1...30).map { "h\($0).example A 198.51.100.1" }.joined(separator: "\n")
        let (outcome, questions) = try Self.evaluate("v=spf1 \(hosts) ip4:192.0.2.7 -all", zone: zone)
        #expect(questions.count == 20)
        #expect(outcome.result == .permerror)
        #expect(!outcome.isListed)
    }

    @Test func aCircleIsCut() throws {
        let zone = "a.example TXT v=spf1 include:b.example\nb.example TXT v=spf1 include:a.example ip4:192.0.2.7"
        let (outcome, questions) = try Self.evaluate("v=spf1 include:a.example -all", zone: zone)
        #expect(outcome.isListed)
        #expect(questions.count == 3)
    }
}
