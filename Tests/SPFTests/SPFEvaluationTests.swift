import DNS
import MailTypes
import SPF
import Testing

/// What the public test suite does not say.
@Suite struct SPFEvaluationTests {
    private static func query(_ client: String = "192.0.2.7", _ sender: String = "anna@d.example") throws -> SPFQuery {
        SPFQuery(client: try #require(IPAddress(parsing: client)), sender: sender, helo: "h.example")
    }

    @Test func theIdentities() throws {
        let zone = ZoneData(
            lines: "h.example TXT v=spf1 -all\nd.example TXT v=spf1 exists:%{l}.x.example -all\n"
                + "postmaster.x.example A 127.0.0.2")
        #expect(zone.evaluate(try Self.query("192.0.2.7", "")).outcome.result == .fail)
        #expect(zone.evaluate(try Self.query("192.0.2.7", "@d.example")).outcome.result == .pass)
        let client = try #require(IPAddress(parsing: "192.0.2.7"))
        #expect(zone.evaluate(SPFQuery(client: client, domain: "d.example")).outcome.result == .pass)
    }

    @Test(arguments: [
        ("v=spf1 ip4:192.0.2.0/24 -all", false), ("v=spf1 exists:%{l}.x.example -all", true),
        ("v=spf1 exists:%{h}.x.example -all", true), ("v=spf1 exists:%{s}.x.example -all", true),
        ("v=spf1 exists:%{i}.%{d}.%{o}.x.example -all", false),
        ("v=spf1 ip4:192.0.2.7 exists:%{l}.x.example -all", false),
        ("v=spf1 include:i.example -all", true),
    ])
    func dependsOnSender(record: String, depends: Bool) throws {
        let zone = ZoneData(lines: "d.example TXT \(record)\ni.example TXT v=spf1 a:%{L}.y.example")
        #expect(zone.evaluate(try Self.query()).outcome.dependsOnSender == depends)
    }

    @Test func whatDecidedIsNamed() throws {
        let zone = ZoneData(
            lines: "d.example TXT v=spf1 include:i.example ~all\ni.example TXT v=spf1 a:h.i.example/28\n"
                + "h.i.example A 192.0.2.1")
        #expect(zone.evaluate(try Self.query()).outcome.directive == "include:i.example of d.example")
        #expect(zone.evaluate(try Self.query("192.0.2.77")).outcome.directive == "~all of d.example")
        let outcome = zone.evaluate(try Self.query("192.0.2.7")).outcome
        #expect(outcome.result == .pass && outcome.isListed)
    }

    @Test(arguments: [
        ("v=spf1 foo -all", "syntax of the record of d.example: an unknown mechanism"),
        ("v=spf1 include:none.example", "none.example has no SPF record"),
        ("v=spf1 a:1.x a:2.x a:3.x -all", "more than 2 terms for which the DNS has nothing"),
        ("v=spf1 redirect=d.example", "more than 10 terms that ask the DNS"),
    ])
    func problemsAreNamed(record: String, problem: String) throws {
        let record = record.replacing(".x", with: ".nothing.example")
        let outcome = ZoneData(lines: "d.example TXT \(record)").evaluate(try Self.query()).outcome
        #expect(outcome == SPFOutcome(.permerror, problem: problem))
    }

    /// A term is void once, however many of its exchanges have no address of the client's family: else no domain with
    /// many of them could send over IPv6.
    @Test func exchangesWithoutAddresses() throws {
        let exchanges = (1...5).map { "d.example MX \($0) m\($0).example\nm\($0).example A 192.0.2.1" }
        func result(_ record: String, _ more: String = "") throws -> SPFOutcome {
            let lines = ["d.example TXT \(record)"] + exchanges + [more]
            return ZoneData(lines: lines.joined(separator: "\n")).evaluate(try Self.query("2001:db8::7")).outcome
        }
        #expect(try result("v=spf1 mx mx:d.example ip6:2001:db8::7 -all").result == .pass)
        #expect(
            try result("v=spf1 mx mx:d.example mx ip6:2001:db8::7 -all").problem
                == "more than 2 terms for which the DNS has nothing")
        // What matches is not void, whatever was asked before.
        #expect(
            try result(
                "v=spf1 a mx mx:e.example -all",
                "e.example MX 1 m1.example\ne.example MX 2 s.example\ns.example AAAA 2001:db8::7"
            )
            .result == .pass)
    }

    /// Nor is a client without reverse names free.
    @Test func aClientWithoutReverseNames() throws {
        let zone = ZoneData(lines: "d.example TXT v=spf1 ptr ptr:x.example ptr -all")
        #expect(
            zone.evaluate(try Self.query()).outcome
                == SPFOutcome(.permerror, problem: "more than 2 terms for which the DNS has nothing"))
    }

    /// A tarpit: each answer leads to another question, and none to an end.
    @Test func everyEvaluationEnds() throws {
        var evaluation = SPFEvaluation(try Self.query())
        var step = evaluation.start()
        var asked = 0
        while case .ask(let question) = step {
            asked += 1
            let text = "v=spf1 mx:m\(asked).example include:%{d}.i\(asked).example"
            switch question.type {
            case .txt: step = evaluation.receive(.records(.texts([Array(text.utf8)])))
            case .mx:
                let hosts = (1...10).compactMap { DNSName("h\($0).example") }
                step = evaluation.receive(.records(.exchanges(hosts.map { DNSExchange(preference: 1, host: $0) })))
            default: step = evaluation.receive(.records(.addresses([.v4(1)])))
            }
        }
        #expect(step == .done(SPFOutcome(.permerror, problem: "more than 10 terms that ask the DNS")))
        #expect(asked < 120)
    }

    /// What comes in, whatever it is, is survived.
    @Test func nonsenseIsSurvived() throws {
        let texts = [
            "v=spf1 a:%{l", "v=spf1 %", "v=spf1 a:%{l0}.x.example", "v=spf1 a/", "v=spf1 a//", "v=spf1 a/33",
            "v=spf1 a//129",
            "v=spf1 a/99999999999999999999", "v=spf1 ip4:", "v=spf1 ip6:x", "v=spf1 exp=", "v=spf1 =", "v=spf1 -",
            "v=spf1 :",
            "v=spf1 a:%{l99999999999999999999r-}.x.example -all", "v=spf1 \u{fc}",
        ]
        for text in texts {
            let outcome = ZoneData(lines: "d.example TXT \(text)").evaluate(try Self.query()).outcome
            #expect([.permerror, .fail].contains(outcome.result), "\(text): \(outcome)")
        }
        var evaluation = SPFEvaluation(try Self.query())
        #expect(evaluation.receive(.noRecords) == .done(SPFOutcome(.temperror, problem: "an answer to no question")))
    }
}
