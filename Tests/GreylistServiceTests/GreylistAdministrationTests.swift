import SQLStore
import ServiceProtocol
import SuiteFixture
import Testing

@testable import Greylist

@Suite struct GreylistAdministrationTests {
    private static func rows(_ reply: AdminReply) -> [[String]] {
        guard case .done(_, let rows, _) = reply else { return [["\(reply)"]] }
        return rows
    }

    @Test(arguments: TestEngine.allCases)
    func newDatabase(_ engine: TestEngine) async throws {
        let bench = try Bench(engine)
        #expect(
            Self.rows(await bench.administer("list", ["what": "settings"])) == [["enabled", "@.", "@.", "0", "0", ""]])
        let domains = Self.rows(await bench.administer("list", ["what": "whitelist-domains"])).map { $0[0] }
        #expect(domains == domains.sorted())
        #expect(domains.count == 45)
        #expect(domains.first == "amazon.com" && domains.last == "zoho.com")
        #expect(Self.rows(await bench.administer("list", ["what": "whitelists"])) == [])
        #expect(Self.rows(await bench.administer("list", ["what": "tracking"])) == [])
    }

    @Test(arguments: TestEngine.allCases)
    func settings(_ engine: TestEngine) async throws {
        let bench = try Bench(engine)
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
        #expect(try bench.database.count("greylisting") == 2)
    }

    @Test(arguments: TestEngine.allCases)
    func auditLines(_ engine: TestEngine) async throws {
        let bench = try Bench(engine)
        _ = await bench.administer("set", ["what": "setting", "to": "@example.com", "active": "1"])
        _ = await bench.administer("delete", ["what": "setting", "to": "@other.example"])
        _ = await bench.administer("list", ["what": "settings"])
        let audit = bench.log.all.filter { $0.contains("audit:") }
        #expect(audit == ["notice: audit: uid=1000 verb=set active=1 to=@example.com what=setting"])
    }

    @Test(arguments: TestEngine.allCases)
    func whitelists(_ engine: TestEngine) async throws {
        let bench = try Bench(engine)
        for (from, to) in [("192.0.2.1", "@."), ("@a.example", "@z.example"), ("@b.example", "@.")] {
            let arguments = ["what": "whitelist", "from": from, "to": to, "comment": "of \(from)"]
            #expect(await bench.administer("set", arguments) == .done)
            #expect(await bench.administer("set", arguments) == .done)
        }
        try bench.database.sql(
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
    @Test(arguments: TestEngine.allCases)
    func whitelistDomains(_ engine: TestEngine) async throws {
        let bench = try Bench(engine)
        #expect(await bench.administer("set", ["what": "whitelist-domain", "from": "@x.example"]) == .done)
        for table in ["greylisting_whitelists", "greylisting_whitelist_domain_spf"] {
            try bench.database.sql(
                """
                INSERT INTO \(table) (account, sender, comment) VALUES ('@.', '10.0.0.0/8', 'AUTO-UPDATE: x.example'),
                    ('@.', '11.0.0.0/8', 'AUTO-UPDATE: xx.example')
                """)
        }
        #expect(await bench.administer("delete", ["what": "whitelist-domain", "from": "@.x.example"]) == .done)
        #expect(try bench.database.count("greylisting_whitelist_domains") == 45)
        #expect(try bench.database.count("greylisting_whitelists") == 1)
        #expect(try bench.database.count("greylisting_whitelist_domain_spf") == 1)
        #expect(
            await bench.administer("delete", ["what": "whitelist-domain", "from": "@x.example"])
                == .failed("x.example is not whitelisted"))
    }

    /// iRedAPD's tool removes a domain and leaves its entries.
    @Test(arguments: TestEngine.allCases)
    func entriesOfARemovedDomain(_ engine: TestEngine) async throws {
        let bench = try Bench(engine)
        // The tables are there from the first look on.
        _ = await bench.administer("list", ["what": "whitelists"])
        try bench.database.sql(
            """
            INSERT INTO greylisting_whitelist_domain_spf (account, sender, comment)
            VALUES ('@.', '10.0.0.0/8', 'AUTO-UPDATE: gone.test')
            """)
        let arguments = ["what": "whitelist-domain", "from": "@gone.test"]
        #expect(await bench.administer("delete", arguments) == .done)
        #expect(try bench.database.count("greylisting_whitelist_domain_spf") == 0)
        #expect(bench.log.all.count { $0.contains("audit: ") } == 1)
        #expect(await bench.administer("delete", arguments) == .failed("gone.test is not whitelisted"))
    }

    @Test(arguments: TestEngine.allCases)
    func tracking(_ engine: TestEngine) async throws {
        let bench = try Bench(engine)
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
    @Test(arguments: ["tracking", "whitelists", "settings", "whitelist-domains"], TestEngine.allCases)
    func pages(_ what: String, _ engine: TestEngine) async throws {
        let bench = try Bench(engine)
        _ = await bench.administer("list", ["what": "tracking"])
        try bench.database.fill(1_500)
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

    @Test(arguments: TestEngine.allCases)
    func databaseFailure(_ engine: TestEngine) async throws {
        let bench = try Bench(engine)
        _ = await bench.outcome()
        try bench.database.sql("DROP TABLE greylisting_whitelist_domains")
        guard case .failed(let text) = await bench.administer("list", ["what": "whitelist-domains"]) else {
            Issue.record("no failure")
            return
        }
        #expect(text.hasPrefix(engine == .sqlite ? "database: other: no such table" : "database: schema: "))
    }
}

extension TestDatabase {
    /// Puts so many rows into each table, known clients and waiting triplets each.
    func fill(_ count: Int) throws {
        let clients = (1...count).map { "10.0.\($0 / 250).\($0 % 250)" }
        if isServer {
            for passed in 0...1 {
                try sql(
                    """
                    INSERT INTO greylisting_tracking (sender, recipient, client_address, record_expired, passed)
                    VALUES ('', ?, ?, 4000000000, ?)
                    """, rows: clients.map { [.text("\(passed)"), .text($0), .integer(Int64(passed))] })
            }
        } else {
            try sql(
                "INSERT INTO postern_greylist_waiting VALUES (randomblob(16), ?, '', '', 0, 0, 4000000000, 1)",
                rows: clients.map { [.text($0)] })
            try sql(
                "INSERT INTO postern_greylist_clients VALUES (randomblob(16), ?, 0, 4000000000)",
                rows: clients.map { [.text($0)] })
        }
        for table in ["greylisting_whitelists", "greylisting_whitelist_domain_spf", "greylisting"] {
            try sql(
                "INSERT INTO \(table) (account, sender) VALUES ('@.', ?)", rows: clients.map { [.text($0)] })
        }
        try sql(
            "INSERT INTO greylisting_whitelist_domains (domain) VALUES (?)",
            rows: (1...count).map { [.text("\($0).example")] })
    }
}
