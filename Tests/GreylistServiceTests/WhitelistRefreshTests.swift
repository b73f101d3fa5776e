import PostfixProtocol
import SQLStore
import ServiceProtocol
import Testing

@testable import Greylist

/// The whitelists made from the networks of domains, and the SPF record of the sender's domain.
@Suite(.serialized) struct WhitelistRefreshTests {
    private static func upkeep(
        _ bench: Bench, cursor: String? = nil, _ facts: [String: String] = [:]
    ) async -> UpkeepReply {
        let service = bench.service
        var named: [FactName: String] = [:]
        for (domain, value) in facts { named[FactName(kind: "networks", subject: domain)] = value }
        let request = UpkeepRequest(cursor: cursor, facts: named)
        return await withCheckedContinuation { continuation in
            service.upkeep(request) { continuation.resume(returning: $0) }
        }
    }

    private static func names(_ domains: String...) -> [FactName] {
        domains.map { FactName(kind: "networks", subject: $0) }
    }

    private static func stored(_ bench: Bench) throws -> [String] {
        try bench.database.sql("SELECT sender, comment FROM greylisting_whitelist_domain_spf ORDER BY sender").map {
            "\($0[0].textValue ?? "") \($0[1].textValue ?? "")"
        }
    }

    private static func whitelist(_ bench: Bench, _ domains: String...) async throws {
        try bench.database.sql("DELETE FROM greylisting_whitelist_domains")
        for domain in domains {
            #expect(await bench.administer("set", ["what": "whitelist-domain", "from": "@\(domain)"]) == .done)
        }
    }

    @Test(arguments: TestEngine.allCases) func domainsArePagedAndStored(engine: TestEngine) async throws {
        let bench = try Bench(engine, "whitelist-refresh: 10m")
        #expect(bench.service.hello.upkeep == 600)
        _ = await bench.outcome()
        try await Self.whitelist(bench, "a.example", "b.example", "bücher.example")
        #expect(
            await Self.upkeep(bench)
                == .needs(
                    Self.names("a.example", "b.example", "xn--bcher-kva.example"), cursor: "xn--bcher-kva.example"))
        let facts = ["a.example": "192.0.2.0/24 2001:db8::/32 203.0.113.8/32", "b.example": "unknown"]
        #expect(await Self.upkeep(bench, cursor: "xn--bcher-kva.example", facts) == .done(next: 600))
        let first = [
            "192.0.2.0/24 AUTO-UPDATE: a.example", "2001:db8::/32 AUTO-UPDATE: a.example",
            "203.0.113.8 AUTO-UPDATE: a.example",
        ]
        #expect(try Self.stored(bench) == first)
        for client in ["192.0.2.99", "203.0.113.8", "2001:db8::77"] {
            #expect(await bench.outcome(client).hasPrefix("none whitelisted"), "\(client)")
        }
        // What is unknown now stays, and what is nonsense.
        for value in ["unknown", "perhaps", ""] {
            _ = await Self.upkeep(bench, cursor: "x", ["a.example": value])
            #expect(try Self.stored(bench) == first)
        }
        // Only differences are written.
        _ = await Self.upkeep(
            bench, cursor: "x", ["a.example": "192.0.2.0/24", "b.example": "192.0.2.0/24 203.0.113.9/32"])
        #expect(
            try Self.stored(bench)
                == ["192.0.2.0/24 AUTO-UPDATE: a.example", "203.0.113.9 AUTO-UPDATE: b.example"])
        #expect(await bench.outcome("203.0.113.8").hasPrefix("451"))
        _ = await Self.upkeep(bench, cursor: "x", ["a.example": "none"])
        #expect(
            try Self.stored(bench)
                == ["192.0.2.0/24 AUTO-UPDATE: b.example", "203.0.113.9 AUTO-UPDATE: b.example"])
    }

    @Test(arguments: TestEngine.allCases) func whatWasRemovedMeanwhileIsNotStored(engine: TestEngine) async throws {
        let bench = try Bench(engine)
        _ = await bench.outcome()
        try await Self.whitelist(bench, "a.example")
        try bench.database.sql(
            "INSERT INTO greylisting_whitelists (account, sender, comment) VALUES ('@.', '192.0.2.5', 'AUTO-UPDATE: a.example')"
        )
        _ = await Self.upkeep(bench, cursor: "x", ["gone.example": "192.0.2.0/24", "a.example": "192.0.2.6/32"])
        #expect(try Self.stored(bench) == ["192.0.2.6 AUTO-UPDATE: a.example"])
        // The place where they were kept before there was a table for them.
        #expect(try bench.database.count("greylisting_whitelists") == 0)
        #expect(await bench.administer("delete", ["what": "whitelist-domain", "from": "@a.example"]) == .done)
        #expect(try Self.stored(bench) == [])
    }

    @Test(arguments: TestEngine.allCases) func aListedAddressIsForgotten(engine: TestEngine) async throws {
        let bench = try Bench(engine)
        #expect(await bench.outcome("192.0.2.6").hasPrefix("451"))
        #expect(try bench.database.count(bench.database.waiting) == 1)
        try await Self.whitelist(bench, "a.example")
        _ = await Self.upkeep(bench, cursor: "x", ["a.example": "192.0.2.6/32"])
        #expect(try bench.database.count(bench.database.waiting) == 0)
    }

    /// An entry is there once. It stays while one of those has it who have been whitelisted.
    @Test(arguments: TestEngine.allCases) func whatTwoDomainsShareStaysForTheOther(engine: TestEngine) async throws {
        let bench = try Bench(engine)
        _ = await bench.outcome()
        try await Self.whitelist(bench, "a.example", "b.example", "c.example")
        let shared = "192.0.2.0/24 2001:db8::7/128"
        _ = await Self.upkeep(
            bench, cursor: "x",
            ["a.example": "\(shared) 203.0.113.1/32", "b.example": shared, "c.example": shared])
        #expect(
            try Self.stored(bench) == [
                "192.0.2.0/24 AUTO-UPDATE: a.example", "2001:db8::7 AUTO-UPDATE: a.example",
                "203.0.113.1 AUTO-UPDATE: a.example",
            ])
        // One gives them up, one is removed; nobody is asked again.
        _ = await Self.upkeep(bench, cursor: "x", ["a.example": "203.0.113.1/32"])
        let others = ["192.0.2.0/24 AUTO-UPDATE: b.example", "2001:db8::7 AUTO-UPDATE: b.example"]
        #expect(try Self.stored(bench) == others + ["203.0.113.1 AUTO-UPDATE: a.example"])
        #expect(await bench.administer("delete", ["what": "whitelist-domain", "from": "@b.example"]) == .done)
        #expect(await bench.outcome("192.0.2.99").hasPrefix("none whitelisted"))
        // One that another program has removed inherits nothing, and nothing of it is left.
        try bench.database.sql("DELETE FROM greylisting_whitelist_domains WHERE domain = 'a.example'")
        _ = await Self.upkeep(bench, cursor: "x", ["c.example": "192.0.2.0/24"])
        #expect(try Self.stored(bench) == ["192.0.2.0/24 AUTO-UPDATE: c.example"])
        #expect(await bench.administer("delete", ["what": "whitelist-domain", "from": "@c.example"]) == .done)
        #expect(try Self.stored(bench).isEmpty)
        #expect(try bench.database.count("postern_greylist_networks") == 0)
    }

    /// Nothing finds them by an index, so it takes a walk.
    @Test(arguments: TestEngine.allCases) func clientsOfAListedNetworkAreForgotten(engine: TestEngine) async throws {
        let bench = try Bench(engine, "block-for: 1m")
        for client in ["203.0.113.1", "203.0.113.2", "198.18.0.1", "2001:db8::1", "2001:db9::1"] {
            #expect(await bench.outcome(client).hasPrefix("451"))
        }
        bench.clock.advance(61)
        #expect(await bench.outcome("203.0.113.2") == "none triplet passed")
        try await Self.whitelist(bench, "a.example")
        _ = await Self.upkeep(bench, cursor: "x", ["a.example": "203.0.113.0/24 2001:db8::/32"])
        var remembered: [String] = []
        for _ in 0..<100 where remembered != ["198.18.0.1", "2001:db9::1"] {
            // The store tends its tables by the clock of the test.
            bench.clock.advance(1)
            remembered = await Self.remembered(bench)
        }
        #expect(remembered == ["198.18.0.1", "2001:db9::1"])
        // A client that had passed begins anew when its network is listed no more.
        _ = await Self.upkeep(bench, cursor: "x", ["a.example": "none"])
        #expect(await bench.outcome("203.0.113.2").hasPrefix("451"))
    }

    private static func remembered(_ bench: Bench) async -> [String] {
        guard case .done(_, let rows, _) = await bench.administer("list", ["what": "tracking"]) else { return [] }
        return rows.compactMap(\.first).sorted()
    }

    @Test func manyDomainsTakeSeveralRounds() async throws {
        let bench = try Bench()
        _ = await bench.outcome()
        try bench.database.sql("DELETE FROM greylisting_whitelist_domains")
        let rows = (0..<40).map { number in "d\(number + 10).example" }
        try bench.database.sql(
            "INSERT INTO greylisting_whitelist_domains (domain) VALUES (?)", rows: rows.map { [.text($0)] })
        // What is no domain is passed over.
        try bench.database.sql(
            "INSERT INTO greylisting_whitelist_domains (domain) VALUES ('no domain'), ('[192.0.2.1]')")
        var seen: [String] = []
        var reply = await Self.upkeep(bench)
        while case .needs(let names, let cursor) = reply, seen.count < 100 {
            #expect(names.count <= CheckReply.maximumNeeds)
            seen += names.map(\.subject)
            reply = await Self.upkeep(bench, cursor: cursor)
        }
        #expect(reply == .done(next: 1_800))
        #expect(seen == rows)
    }

    // MARK: - The SPF record of the sender's domain

    private static func ask(_ bench: Bench, _ facts: AttachedFacts = [:], dryRun: Bool = false) async -> CheckReply {
        let service = bench.service
        let request = CheckRequest(
            checks: ["greylist"],
            policy: .make([
                .request: "smtpd_access_policy", .protocolState: "RCPT", .clientAddress: "192.0.2.1",
                .sender: "a@Sender.Example", .recipient: "b@rcpt.example",
            ]), facts: facts, isDryRun: dryRun)
        return await withCheckedContinuation { continuation in
            service.check(request) { continuation.resume(returning: $0) }
        }
    }

    @Test(arguments: TestEngine.allCases) func strangersAreAskedAbout(engine: TestEngine) async throws {
        let bench = try Bench(engine, "spf-bypass: true, block-for: 1m")
        let name = FactName(kind: "spf-listed", subject: "sender.example")
        #expect(await Self.ask(bench) == .needs([name]))
        #expect(await Self.ask(bench, [name: "yes"]) == Self.none("listed by the SPF record of sender.example"))
        #expect(try bench.database.count(bench.database.waiting) == 0)
        for value in ["no", "unknown", "nonsense"] {
            guard case .results(let results) = await Self.ask(bench, [name: value]) else {
                Issue.record("\(value): asked again")
                continue
            }
            #expect(results[0].result.summary.hasPrefix("451"), "\(value)")
        }
        // A client that is known needs no fact.
        bench.clock.advance(61)
        #expect(await Self.ask(bench, [name: "no"]) == Self.none("triplet passed"))
        #expect(await Self.ask(bench) == Self.none("known client"))
        bench.clock.advance(3 * 86_400)
        #expect(await Self.ask(bench) == Self.none("known client"))
    }

    private static func none(_ reason: String) -> CheckReply {
        .results([("greylist", .verdict(.none, reason: reason, score: 0))])
    }

    @Test(arguments: [
        ("spf-bypass: false", "a@sender.example"),
        ("spf-bypass-except: [sender.example], spf-bypass: true", "a@SENDER.example"),
        ("spf-bypass: true", ""), ("spf-bypass: true", "a@[192.0.2.1]"), ("spf-bypass: true", "nonsense"),
    ])
    func othersAreNot(text: String, sender: String) async throws {
        let bench = try Bench(.sqlite, text)
        #expect(await bench.outcome(from: sender).hasPrefix("451"))
    }
}
