import DNS
import MailTypes
import NameServerFixture
import PostfixProtocol
import ServiceProtocol
import SuiteFixture
import Testing

@testable import Reputation

/// The check `spf` and the facts about SPF, against a real server that also fails.
@Suite(.serialized) struct SPFCheckTests {
    private static let big = (0..<200).map { "ip4:198.51.\($0).0/24" }.joined(separator: " ")

    private static let zone = """
        pass.example. IN TXT "v=spf1 ip4:192.0.2.0/24 -all"
        fail.example. IN TXT "v=spf1 -all exp=why.fail.example"
        why.fail.example. IN TXT "%{i} may not send for %{d}, see %{r}"
        soft.example. IN TXT "v=spf1 ~all"
        neutral.example. IN TXT "v=spf1 ?all"
        perm.example. IN TXT "v=spf1 foo:bar"
        temp.example. IN TXT "v=spf1 include:x.servfail.test -all"
        slow.example. IN TXT "v=spf1 include:x.timeout.test -all"
        refused.example. IN TXT "v=spf1 a:x.refused.test -all"
        nodata.example. IN TXT "v=spf1 a:1.nodata.test a:2.nodata.test a:3.nodata.test -all"
        loop.example. IN TXT "v=spf1 include:loop.example -all"
        tarpit.example. IN TXT "v=spf1 include:t1.example -all"
        \((1...20).map { "t\($0).example. IN TXT \"v=spf1 include:t\($0 + 1).example -all\"" }.joined(separator: "\n"))
        evil.example. IN TXT "v=spf1 -all exp=evil2.example"
        evil2.example. IN TXT "a\\013\\010250 OK\\013\\010MAIL FROM"
        local.example. IN TXT "v=spf1 exists:%{l}.who.example -all"
        anna.who.example. IN A 127.0.0.2
        big.example. IN TXT \(text("v=spf1 \(big) -all"))
        mx.example. IN TXT "v=spf1 mx -all"
        mx.example. IN MX 10 h.mx.example.
        h.mx.example. IN A 192.0.2.44
        h.helo.example. IN TXT "v=spf1 ?all"
        plain.example. IN MX 10 h.mx.example.
        """

    /// A record as strings of at most 255 bytes.
    private static func text(_ text: String) -> String {
        var rest = Substring(text)
        var parts: [String] = []
        while !rest.isEmpty {
            parts.append("\"\(rest.prefix(250))\"")
            rest = rest.dropFirst(250)
        }
        return parts.joined(separator: " ")
    }

    private static func mail(_ domain: String, helo: String = "h.helo.example") -> [PolicyAttribute: String] {
        [.clientAddress: "192.0.2.7", .sender: "anna@\(domain)", .heloName: helo]
    }

    @Test func eachResultHasItsAction() async throws {
        let server = try NameServer(zone: Self.zone)
        let asking = try Asking(server.address)
        for (domain, outcome) in [
            ("pass.example", "none | pass of MAIL FROM pass.example: ip4:192.0.2.0/24 of pass.example"),
            (
                "fail.example",
                "REJECT SPF validation failed: fail.example explains: 192.0.2.7 may not send for fail.example, see "
                    + "mx.receiver.test | fail of MAIL FROM fail.example: -all of fail.example"
            ), ("soft.example", "none | softfail of MAIL FROM soft.example: ~all of soft.example"),
            ("neutral.example", "none | neutral of MAIL FROM neutral.example: ?all of neutral.example"),
            ("none.example", "none | none of MAIL FROM none.example"),
            (
                "perm.example",
                "REJECT SPF validation failed: syntax of the record of perm.example: an unknown mechanism"
                    + " | permerror of MAIL FROM perm.example: syntax of the record of perm.example: an unknown mechanism"
            ),
            (
                "temp.example",
                "DEFER_IF_PERMIT 4.4.3 SPF validation failed for now: the resolver failed or refused at x.servfail.test"
                    + " | temperror of MAIL FROM temp.example: the resolver failed or refused at x.servfail.test"
            ),
        ] {
            #expect(await asking.outcome("spf", Self.mail(domain)) == outcome)
        }
    }

    @Test func everyFailureOfTheDNS() async throws {
        let server = try NameServer(zone: Self.zone)
        let asking = try Asking(server.address)
        for (domain, result) in [
            ("slow.example", "temperror"), ("refused.example", "temperror"), ("nodata.example", "permerror"),
            ("loop.example", "permerror"), ("tarpit.example", "permerror"), ("x.nodata.test", "none"),
            ("x.servfail.test", "temperror"),
        ] {
            let outcome = await asking.outcome("spf", Self.mail(domain))
            #expect(outcome.contains("| \(result) of MAIL FROM \(domain)"), "\(outcome)")
        }
        // Over TCP only.
        var mail = Self.mail("big.example")
        mail[.clientAddress] = "198.51.199.9"
        #expect(await asking.outcome("spf", mail).hasPrefix("none | pass"))
    }

    @Test func theHeloNameComesFirst() async throws {
        let server = try NameServer(zone: Self.zone)
        let asking = try Asking(server.address)
        let refused = await asking.outcome("spf", Self.mail("pass.example", helo: "fail.example"))
        #expect(refused.contains("| fail of HELO fail.example"))
        #expect(
            await asking.outcome("spf", Self.mail("pass.example", helo: "soft.example")).contains("pass of MAIL FROM"))
        #expect(
            await asking.outcome("spf", Self.mail("fail.example", helo: "pass.example")).contains("fail of MAIL FROM"))
        // The null sender stands for the host itself.
        var bounce = Self.mail("x", helo: "fail.example")
        bounce[.sender] = ""
        #expect(await asking.outcome("spf", bounce).contains("fail of HELO fail.example"))
        bounce[.heloName] = "pass.example"
        #expect(await asking.outcome("spf", bounce).contains("pass of HELO pass.example"))
        try asking.apply(server.address, "  spf: { check-helo: false }")
        #expect(
            await asking.outcome("spf", Self.mail("pass.example", helo: "fail.example")).contains("pass of MAIL FROM"))
        bounce[.heloName] = "fail.example"
        #expect(await asking.outcome("spf", bounce).contains("fail of HELO fail.example"))
    }

    @Test func actionsScoresAndWhitelist() async throws {
        let server = try NameServer(zone: Self.zone)
        let asking = try Asking(
            server.address,
            """
              spf:
                pass: { score: -10 }
                softfail: { action: "PREPEND X-SPF: %RESULT% %DOMAIN% %IDENTITY% %IP%", score: 2.5 }
                fail: { action: none, score: 4 }
                whitelist: [192.0.2.200]
            """)
        #expect(await asking.outcome("spf", Self.mail("pass.example")).hasSuffix("| -10.0"))
        #expect(
            await asking.outcome("spf", Self.mail("soft.example")).hasPrefix(
                "PREPEND X-SPF: softfail soft.example MAIL FROM 192.0.2.7 |"))
        #expect(await asking.outcome("spf", Self.mail("fail.example")).hasSuffix("| 4.0"))
        // The HELO name counts beside the sender, but for a pass.
        #expect(await asking.outcome("spf", Self.mail("pass.example", helo: "fail.example")).hasSuffix("| -6.0"))
        #expect(await asking.outcome("spf", Self.mail("pass.example", helo: "pass.example")).hasSuffix("| -10.0"))
        var mail = Self.mail("fail.example")
        mail[.clientAddress] = "192.0.2.200"
        #expect(await asking.outcome("spf", mail) == "none | whitelisted client")
        mail[.clientAddress] = "127.0.0.9"
        #expect(await asking.outcome("spf", mail) == "none | local client")
        mail[.clientAddress] = "unknown"
        #expect(await asking.outcome("spf", mail) == "none | client without address")
    }

    /// An explanation can hold anything; what is not printable makes it none.
    @Test func explanationsInjectNothing() async throws {
        let server = try NameServer(zone: Self.zone)
        let asking = try Asking(server.address)
        #expect(
            await asking.outcome("spf", Self.mail("evil.example")).hasPrefix(
                "REJECT SPF validation failed: 192.0.2.7 is not allowed to send for evil.example |"))
    }

    /// What depends on the sender is not kept for others of the domain.
    @Test func sendersOfOneDomain() async throws {
        let server = try NameServer(zone: Self.zone)
        let asking = try Asking(server.address)
        #expect(await asking.outcome("spf", Self.mail("local.example")).contains("pass"))
        var other = Self.mail("local.example")
        other[.sender] = "bob@local.example"
        #expect(await asking.outcome("spf", other).contains("fail"))
    }

    @Test func resultsAreKept() async throws {
        let server = try NameServer(zone: Self.zone)
        let asking = try Asking(server.address)
        _ = await asking.outcome("spf", Self.mail("pass.example"))
        _ = await asking.fact("spf-listed:pass.example", client: "192.0.2.7")
        server.kill()
        #expect(await asking.outcome("spf", Self.mail("pass.example")).contains("pass"))
        #expect(await asking.fact("spf-listed:pass.example", client: "192.0.2.7") == "yes")
        // Nothing that failed is kept.
        #expect(await asking.fact("spf-listed:fail.example", client: "192.0.2.7") == "unknown")
        try server.start()
        #expect(await asking.fact("spf-listed:fail.example", client: "192.0.2.7") == "no")
    }

    /// As long as the records that the answers come from, which have a minute here; told of all answers or of none.
    @Test func howLongFactsHold() async throws {
        let server = try NameServer(zone: Self.zone)
        let asking = try Asking(server.address)
        for (names, isTold) in [
            (["spf-listed:pass.example"], true), (["spf:pass.example", "spf-listed:fail.example"], true),
            (["spf:temp.example"], false), (["spf:pass.example", "spf:temp.example"], false),
            (["networks:pass.example"], false), (["spf:pass.example", "colour:pass.example"], false),
            // Whom the record lists depends on more than the client.
            (["spf-listed:local.example"], false),
        ] {
            let names = try names.map { try #require(FactName(parsing: $0)) }
            for _ in 0..<2 {
                let lifetime = await asking.facts(names, client: "192.0.2.7").lifetime
                #expect((lifetime.map { $0 > 50_000 && $0 <= 60_000 } ?? false) == isTold, "\(names): \(lifetime ?? 0)")
            }
        }
    }

    @Test func facts() async throws {
        let server = try NameServer(zone: Self.zone)
        let asking = try Asking(server.address)
        for (name, client, value) in [
            ("spf:pass.example", "192.0.2.7", "pass"), ("spf:fail.example", "192.0.2.7", "fail"),
            ("spf:none.example", "192.0.2.7", "none"), ("spf:temp.example", "192.0.2.7", "unknown"),
            ("spf:pass.example", "unknown", "unknown"), ("spf-listed:pass.example", "192.0.2.7", "yes"),
            ("spf-listed:pass.example", "192.0.3.7", "no"), ("spf-listed:pass.example", "unknown", "no"),
            ("spf-listed:perm.example", "192.0.2.7", "no"), ("spf-listed:temp.example", "192.0.2.7", "unknown"),
            ("spf-listed:slow.example", "192.0.2.7", "unknown"), ("spf-listed:x..y", "192.0.2.7", "unknown"),
            ("networks:pass.example", "", "192.0.2.0/24"), ("networks:mx.example", "", "192.0.2.44/32"),
            ("networks:plain.example", "", "192.0.2.44/32"), ("networks:fail.example", "", "none"),
            ("networks:temp.example", "", "unknown"), ("networks:none.example", "", "none"),
            ("colour:pass.example", "192.0.2.7", "unknown"),
        ] {
            #expect(await asking.fact(name, client: client) == value, "\(name)")
        }
        let networks = await asking.fact("networks:big.example") ?? ""
        #expect(networks.split(separator: " ").count == 200)
    }

    /// The answer is there before the asker gives up, whatever the DNS does.
    @Test func theAskersLimitIsKept() async throws {
        let silent = try SilentNameServer()
        // By itself the question would have 20 seconds.
        let asking = try Asking(silent.address, queryTimeout: "20s")
        let start = MonotonicInstant.now
        #expect(await asking.fact("spf-listed:pass.example", client: "192.0.2.7", within: 600) == "unknown")
        #expect(MonotonicInstant.now.microseconds(since: start) < 15_000_000)
        try asking.apply(silent.address, "  spf: { timeout: 200ms, temperror: { action: none } }")
        let outcome = await asking.outcome("spf", Self.mail("pass.example"))
        #expect(outcome.hasPrefix("none | temperror"), "\(outcome)")
    }

    /// An evaluation goes on when its asker has given up: whoever comes back finds what came out.
    @Test func whatComesTooLateIsKept() async throws {
        let server = try NameServer(zone: Self.zone)
        let asking = try Asking(server.address, queryTimeout: "20s")
        try server.freeze()
        #expect(await asking.fact("spf-listed:mx.example", client: "192.0.2.44", within: 500) == "unknown")
        server.thaw()
        let client = try #require(IPAddress(parsing: "192.0.2.44"))
        let domain = try #require(DNSName("mx.example"))
        #expect(await asking.eventually { asking.service.evaluator.known(client, domain, .listing) != nil })
        server.kill()
        #expect(await asking.fact("spf-listed:mx.example", client: "192.0.2.44") == "yes")
    }

    @Test func theAdministratorCanTry() async throws {
        let server = try NameServer(zone: Self.zone)
        let asking = try Asking(server.address)
        let reply = await asking.administer(
            "spf", ["client": "192.0.2.7", "sender": "a@fail.example", "helo": "x.example"])
        #expect(
            reply
                == .done(
                    columns: ["domain", "result", "by", "problem", "explanation"],
                    rows: [
                        [
                            "fail.example", "fail", "-all of fail.example", "",
                            "192.0.2.7 may not send for fail.example, see unknown",
                        ]
                    ], next: nil))
        #expect(await asking.administer("spf", ["client": "x"]) == .failed("spf needs client=ADDRESS; \"x\" is none"))
        #expect(await asking.administer("nonsense", [:]) == .failed("unknown verb nonsense"))
        #expect(await asking.administer("list", [:]) == .failed("list needs what=lists|senderscores"))
        guard case .failed(let text) = await asking.administer("set", ["what": "list"]) else {
            Issue.record("a list cannot be set")
            return
        }
        #expect(text.hasPrefix("set needs what=senderscore"))
    }

    @Test func hello() throws {
        let hello = try Asking("127.0.0.1:9").service.hello
        #expect(hello.checks == ["spf", "dnsbl", "dnswl", "domain-list", "senderscore"])
        #expect(hello.provides == ["spf", "spf-listed", "networks"])
        #expect(hello.records.isEmpty && hello.wants.isEmpty && hello.upkeep == nil)
    }
}
