import SQLStore
import ServiceProtocol
import Testing

@testable import Greylist

@Suite struct GreylistAdministrationTests {
    private static func rows(_ reply: AdminReply) -> [[String]] {
        guard case .done(_, let rows, _) = reply else { return [["\(reply)"]] }
        return rows
    }

    @Test func newDatabase() async throws {
        let bench = try Bench()
        #expect(
            Self.rows(await bench.administer("list", ["what": "settings"])) == [["enabled", "@.", "@.", "0", "0", ""]])
        let domains = Self.rows(await bench.administer("list", ["what": "whitelist-domains"])).map { $0[0] }
        #expect(domains == domains.sorted())
        #expect(domains.count == 45)
        #expect(domains.first == "amazon.com" && domains.last == "zoho.com")
        #expect(Self.rows(await bench.administer("list", ["what": "whitelists"])) == [])
        #expect(Self.rows(await bench.administer("list", ["what": "tracking"])) == [])
    }

    @Test func settings() async throws {
        let bench = try Bench()
        let arguments = ["what": "setting", "from": "@Gmail.com", "to": "User@example.com", "active": "0"]
        #expect(await bench.administer("set", arguments) == .done)
        #expect(await bench.administer("set", ["what": "setting", "from": "10.0.0.1/8", "active": "0"]) == .done)
        let expected = [
            ["disabled", "@gmail.com", "user@example.com", "60", "100", ""],
            ["disabled", "10.0.0.0/8", "@.", "70", "0", ""], ["enabled", "@.", "@.", "0", "0", ""],
        ]
        #expect(Self.rows(await bench.administer("list", ["what": "settings"])) == expected)
        let one = await bench.administer("list", ["what": "settings", "to": "user@example.com"])
        #expect(Self.rows(one) == [expected[0]])
        // The same row again is changed, not doubled.
        var again = arguments
        again["active"] = "1"
        #expect(await bench.administer("set", again) == .done)
        #expect(Self.rows(await bench.administer("list", ["what": "settings"])).map { $0[0] }.first == "enabled")
        again["active"] = nil
        #expect(await bench.administer("delete", again) == .done)
        #expect(await bench.administer("delete", again) == .failed("there is no such setting"))
        #expect(try bench.count("greylisting") == 2)
    }

    @Test func auditLines() async throws {
        let bench = try Bench()
        _ = await bench.administer("set", ["what": "setting", "to": "@example.com", "active": "1"])
        _ = await bench.administer("delete", ["what": "setting", "to": "@other.example"])
        _ = await bench.administer("list", ["what": "settings"])
        let audit = bench.log.all.filter { $0.contains("audit:") }
        #expect(audit == ["notice: audit: uid=1000 verb=set active=1 to=@example.com what=setting"])
    }

    @Test func whitelists() async throws {
        let bench = try Bench()
        for (from, to) in [("192.0.2.1", "@."), ("@a.example", "@z.example"), ("@b.example", "@.")] {
            let arguments = ["what": "whitelist", "from": from, "to": to, "comment": "of \(from)"]
            #expect(await bench.administer("set", arguments) == .done)
            #expect(await bench.administer("set", arguments) == .done)
        }
        try bench.sql(
            """
            INSERT INTO greylisting_whitelist_domain_spf (account, sender, comment)
            VALUES ('@.', '10.0.0.0/8', 'AUTO-UPDATE: zoho.com')
            """)
        let listed = Self.rows(await bench.administer("list", ["what": "whitelists"]))
        let manual = "greylisting_whitelists"
        #expect(
            listed == [
                ["192.0.2.1", "@.", "of 192.0.2.1", manual], ["@b.example", "@.", "of @b.example", manual],
                ["@a.example", "@z.example", "of @a.example", manual],
                ["10.0.0.0/8", "@.", "AUTO-UPDATE: zoho.com", "greylisting_whitelist_domain_spf"],
            ])
        let one = await bench.administer("list", ["what": "whitelists", "to": "@z.example"])
        #expect(Self.rows(one) == [listed[2]])
        #expect(await bench.administer("delete", ["what": "whitelist", "from": "192.0.2.1"]) == .done)
        #expect(
            await bench.administer("delete", ["what": "whitelist", "from": "192.0.2.1"])
                == .failed("there is no such whitelist entry"))
    }

    /// Removing a domain removes what was made from it in both tables, and nothing else.
    @Test func whitelistDomains() async throws {
        let bench = try Bench()
        #expect(await bench.administer("set", ["what": "whitelist-domain", "from": "@x.example"]) == .done)
        for table in ["greylisting_whitelists", "greylisting_whitelist_domain_spf"] {
            try bench.sql(
                """
                INSERT INTO \(table) (account, sender, comment) VALUES ('@.', '10.0.0.0/8', 'AUTO-UPDATE: x.example'),
                    ('@.', '11.0.0.0/8', 'AUTO-UPDATE: xx.example')
                """)
        }
        #expect(await bench.administer("delete", ["what": "whitelist-domain", "from": "@.x.example"]) == .done)
        #expect(try bench.count("greylisting_whitelist_domains") == 45)
        #expect(try bench.count("greylisting_whitelists") == 1)
        #expect(try bench.count("greylisting_whitelist_domain_spf") == 1)
        #expect(
            await bench.administer("delete", ["what": "whitelist-domain", "from": "@x.example"])
                == .failed("x.example is not whitelisted"))
    }

    @Test func tracking() async throws {
        let bench = try Bench()
        _ = await bench.outcome("192.0.2.1")
        bench.clock.advance(900)
        _ = await bench.outcome("192.0.2.1")
        _ = await bench.outcome("192.0.2.2", from: "x@sender.example")
        let start = FakeClock.start
        let known = ["192.0.2.1", "passed", "", "", "\(start + 900)", "", "\(start + 900 + 2_592_000)", ""]
        let waiting = [
            "192.0.2.2", "waiting", "x@sender.example", "b@rcpt.example", "\(start + 900)", "\(start + 1800)",
            "\(start + 900 + 172_800)", "1",
        ]
        #expect(Self.rows(await bench.administer("list", ["what": "tracking"])) == [known, waiting])
        let one = await bench.administer("list", ["what": "tracking", "client": "192.0.2.2"])
        #expect(Self.rows(one) == [waiting])
        #expect(await bench.administer("delete", ["what": "tracking", "client": "192.0.2.1"]) == .done)
        #expect(await bench.outcome("192.0.2.1") == "451 new triplet, 900 s")
        #expect(await bench.administer("delete", ["what": "tracking", "client": "192.0.2.2"]) == .done)
        #expect(await bench.outcome("192.0.2.2", from: "x@sender.example") == "451 new triplet, 900 s")
    }

    /// A long list comes page by page, complete and without doubles.
    @Test(arguments: ["tracking", "whitelists", "settings", "whitelist-domains"])
    func pages(_ what: String) async throws {
        let bench = try Bench()
        _ = await bench.outcome()
        try bench.sql("DELETE FROM postern_greylist_waiting")
        let numbers = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1500)"
        let client = "'10.0.' || (i / 250) || '.' || (i % 250)"
        try bench.sql(
            """
            \(numbers) INSERT INTO postern_greylist_waiting
            SELECT randomblob(16), \(client), '', '', 0, 0, 9999999999, 1 FROM n
            """)
        try bench.sql(
            """
            \(numbers) INSERT INTO postern_greylist_clients SELECT randomblob(16), \(client), 0, 9999999999 FROM n
            """)
        for table in ["greylisting_whitelists", "greylisting_whitelist_domain_spf", "greylisting"] {
            try bench.sql("\(numbers) INSERT INTO \(table) (account, sender) SELECT '@.', \(client) FROM n")
        }
        try bench.sql("\(numbers) INSERT INTO greylisting_whitelist_domains (domain) SELECT i || '.example' FROM n")
        var rows: [[String]] = []
        var arguments = ["what": what]
        for _ in 0..<10 {
            guard case .done(_, let page, let next) = await bench.administer("list", arguments) else { break }
            rows += page
            guard let next else { break }
            arguments["after"] = next
        }
        let expected = ["tracking": 3_000, "whitelists": 3_000, "settings": 1_501, "whitelist-domains": 1_545]
        #expect(rows.count == expected[what])
        #expect(Set(rows).count == rows.count)
    }

    @Test func databaseFailure() async throws {
        let bench = try Bench()
        _ = await bench.outcome()
        try bench.sql("DROP TABLE greylisting_whitelist_domains")
        guard case .failed(let text) = await bench.administer("list", ["what": "whitelist-domains"]) else {
            Issue.record("no failure")
            return
        }
        #expect(text.hasPrefix("database: other: no such table"))
    }
}
