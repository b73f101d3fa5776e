import Logging
import PostfixProtocol
import SQLStore
import ServiceProtocol
import SuiteFixture
import Testing

@testable import Greylist

@Suite struct GreylistServiceTests {
    private static let whitelistTables = ["greylisting_whitelists", "greylisting_whitelist_domain_spf"].flatMap {
        table in
        TestEngine.allCases.map { (table, $0) }
    }

    @Test(arguments: TestEngine.allCases)
    func timeline(_ engine: TestEngine) async throws {
        let bench = try Bench(engine)
        let refusal = "451 4.7.1 Intentional policy rejection, please try again later"
        guard case .verdict(.action(let action), let reason, _) = await bench.attempt() else {
            Issue.record("not refused")
            return
        }
        #expect(action.text == refusal)
        #expect(reason == "new triplet, 900 s")
        bench.clock.advance(60)
        #expect(await bench.outcome() == "451 retry too soon, 840 s left")
        let waiting = try bench.database.sql("SELECT blocked_count, block_expired FROM \(bench.database.waiting)")
        #expect(waiting == [[.integer(2), .integer(Int64(FakeClock.start + 900))]])
        bench.clock.advance(840)
        #expect(await bench.outcome() == "none triplet passed")
        let passed = try bench.database.sql("SELECT record_expired FROM \(bench.database.passed)")
        #expect(passed == [[.integer(Int64(FakeClock.start + 900 + 2_592_000))]])
        #expect(try bench.database.count(bench.database.waiting) == 0)
        bench.clock.advance(100)
        #expect(await bench.outcome(from: "x@elsewhere.test", to: "y@rcpt.example") == "none known client")
    }

    @Test(arguments: TestEngine.allCases)
    func knownClientCostsNoWrite(_ engine: TestEngine) async throws {
        let bench = try Bench(engine)
        _ = await bench.outcome()
        bench.clock.advance(900)
        _ = await bench.outcome()
        let before = try bench.database.sql("SELECT record_expired FROM \(bench.database.passed)")
        for _ in 0..<3 {
            bench.clock.advance(20_000)
            #expect(await bench.outcome() == "none known client")
        }
        #expect(try bench.database.sql("SELECT record_expired FROM \(bench.database.passed)") == before)
        bench.clock.advance(30_000)
        #expect(await bench.outcome() == "none known client")
        let expected = Int64(bench.clock.now + 2_592_000)
        #expect(try bench.database.sql("SELECT record_expired FROM \(bench.database.passed)") == [[.integer(expected)]])
        bench.clock.advance(2_592_001)
        #expect(await bench.outcome() == "451 new triplet, 900 s")
    }

    @Test(arguments: TestEngine.allCases)
    func cacheAnswersForAMinuteAtMost(_ engine: TestEngine) async throws {
        let bench = try Bench(engine)
        _ = await bench.outcome()
        bench.clock.advance(900)
        for _ in 0..<3 { _ = await bench.outcome() }
        #expect(bench.service.statistics().contains { $0.name == "known-from-cache" && $0.value == "1" })
        try bench.database.forgetPassed()
        #expect(await bench.outcome() == "none known client")
        bench.clock.advance(61)
        #expect(await bench.outcome() == "451 new triplet, 900 s")
    }

    @Test(arguments: TestEngine.allCases)
    func ofAKnownClientNothingElseMatters(_ engine: TestEngine) async throws {
        let bench = try Bench(engine)
        _ = await bench.outcome()
        bench.clock.advance(900)
        #expect(await bench.outcome() == "none triplet passed")
        for (sender, recipient) in [("", "b@rcpt.example"), ("no address", "@"), ("a@\u{0}", ""), ("a@b@c", "d")] {
            // Not in memory any more, so it is looked for.
            bench.clock.advance(61)
            #expect(await bench.outcome(from: sender, to: recipient) == "none known client", "\(sender) \(recipient)")
        }
        #expect(bench.service.statistics().contains { $0.name == "known-from-cache" && $0.value == "0" })
        #expect(try bench.database.count(bench.database.waiting) == 0)
    }

    @Test func whatHappenedIsLoggedAtDebug() async throws {
        let bench = try Bench(TestDatabase(.sqlite), logLevel: .debug)
        for _ in 0..<2 { _ = await bench.outcome(from: "A+b@Sender.EXAMPLE") }
        _ = await bench.outcome(from: "")
        bench.clock.advance(900)
        for _ in 0..<2 { _ = await bench.outcome(from: "A+b@Sender.EXAMPLE") }
        #expect(
            bench.log.all.filter { $0.hasPrefix("debug: [192.0.2.1]") } == [
                "debug: [192.0.2.1] Client has not been seen before, greylisted (sender.example).",
                "debug: [192.0.2.1] Client retries too soon, greylisted again (sender.example).",
                "debug: [192.0.2.1] Client has not been seen before, greylisted ().",
                "debug: [192.0.2.1] Client has passed the greylisting, accept this email and whitelist client.",
                "debug: [192.0.2.1] Client has passed the greylisting before.",
            ])
    }

    // MARK: - Who is not greylisted

    @Test(
        arguments: [
            ("192.0.2.1", "user@rcpt.example", "RCPT", "none authenticated"),
            ("198.51.100.9", "", "RCPT", "none trusted client"), ("127.0.0.9", "", "RCPT", "none trusted client"),
            ("::1", "", "RCPT", "none trusted client"), ("unknown", "", "RCPT", "none client without address"),
            ("", "", "RCPT", "none client without address"), ("192.0.2.1", "", "DATA", "none not at RCPT"),
            ("192.0.2.1", "", "", "none not at RCPT"), ("192.0.2.1", "", "rcpt", "451 new triplet, 900 s"),
        ])
    func exemptions(client: String, user: String, state: String, expected: String) async throws {
        let bench = try Bench()
        _ = await bench.administer("list", ["what": "tracking"])
        #expect(await bench.attempt(client, user: user, state: state).summary == expected)
        #expect(try bench.database.count(bench.database.waiting) == (expected.hasPrefix("451") ? 1 : 0))
    }

    @Test(
        arguments: [
            ("@.", "192.0.2.1", true), ("@.", "192.0.2.*", true), ("@.", "192.0.*.1", true),
            ("@.", "192.0.2.0/28", true), ("@.", "192.0.2.8/29", false), ("@.", "a@sender.example", true),
            ("@.", "@sender.example", true), ("@.", "@.sender.example", true), ("@.", "@.example", true),
            ("@.", "@other.example", false), ("b@rcpt.example", "@.", true), ("@rcpt.example", "192.0.2.1", true),
            ("@.example", "A@Sender.EXAMPLE", true), ("@other.example", "@.", false), ("c@rcpt.example", "@.", false),
        ])
    func whitelists(account: String, sender: String, isWhitelisted: Bool) async throws {
        for (table, engine) in Self.whitelistTables {
            let bench = try Bench(engine)
            _ = await bench.administer("list", ["what": "whitelists"])
            try bench.database.sql(
                "INSERT INTO \(table) (account, sender) VALUES (?, ?)",
                [
                    .text(engine == .postgreSQL ? account.lowercased() : account),
                    .text(engine == .postgreSQL ? sender.lowercased() : sender),
                ])
            bench.clock.advance(11)
            let outcome = await bench.outcome()
            #expect(outcome.hasPrefix("none whitelisted") == isWhitelisted, "\(table) \(engine)")
            #expect(outcome.hasPrefix("451") != isWhitelisted, "\(table) \(engine)")
            #expect(try bench.database.count(bench.database.waiting) == (isWhitelisted ? 0 : 1))
        }
    }

    @Test(arguments: TestEngine.allCases)
    func recipientInAnAliasDomain(_ engine: TestEngine) async throws {
        let bench = try Bench(engine)
        _ = await bench.administer("set", ["what": "whitelist", "to": "@target.example"])
        let name = FactName(kind: "alias-target", subject: "alias.example")
        for (value, expected) in [
            ("none", "451"), ("unknown", "451"), ("target.example", "none"), ("other.example", "451"),
        ] {
            let result = await bench.attempt(to: "b@Alias.Example", facts: [name: value])
            #expect(result.summary.hasPrefix(expected), "\(value)")
        }
    }

    @Test(arguments: TestEngine.allCases)
    func settingsDecide(_ engine: TestEngine) async throws {
        let bench = try Bench(engine)
        _ = await bench.administer("set", ["what": "setting", "from": "192.0.2.0/24", "active": "0"])
        #expect(await bench.outcome() == "none off by 192.0.2.0/24 -> @.")
        _ = await bench.administer("set", ["what": "setting", "to": "b@rcpt.example", "active": "1"])
        #expect(await bench.outcome() == "451 new triplet, 900 s")
        _ = await bench.administer("delete", ["what": "setting"])
        _ = await bench.administer("delete", ["what": "setting", "to": "b@rcpt.example"])
        #expect(await bench.outcome("203.0.113.5") == "none no setting")
    }

    // MARK: - Modes

    @Test(arguments: TestEngine.allCases)
    func trainingRefusesNothingAndRemembers(_ engine: TestEngine) async throws {
        let bench = try Bench(engine, "training-mode: true")
        #expect(await bench.outcome() == "none training: new triplet, 900 s")
        bench.clock.advance(900)
        #expect(await bench.outcome() == "none triplet passed")
        #expect(try bench.database.count(bench.database.passed) == 1)
    }

    @Test(arguments: TestEngine.allCases)
    func dryRunLeavesNoTrace(_ engine: TestEngine) async throws {
        let bench = try Bench(engine)
        for _ in 0..<2 {
            #expect(await bench.attempt(isDryRun: true).summary == "451 new triplet, 900 s")
        }
        #expect(try bench.database.count(bench.database.waiting) == 0)
        _ = await bench.outcome()
        bench.clock.advance(900)
        #expect(await bench.attempt(isDryRun: true).summary == "none triplet passed")
        #expect(try bench.database.count(bench.database.waiting) == 1)
        #expect(try bench.database.count(bench.database.passed) == 0)
    }

    @Test func changedConfigurationCountsAtOnce() async throws {
        let bench = try Bench()
        let read = try configuration("message: Later, block-for: 1m")
        bench.service.apply(read.greylist, common: read.common)
        guard case .verdict(.action(let action), let reason, _) = await bench.attempt() else {
            Issue.record("not refused")
            return
        }
        #expect(action.text == "451 4.7.1 Later")
        #expect(reason == "new triplet, 60 s")
    }

    @Test func helloAndOtherChecks() async throws {
        let bench = try Bench()
        let hello = bench.service.hello
        #expect(hello.checks == ["greylist"] && hello.records == ["greylist"] && hello.keyed.isEmpty)
        #expect(hello.wants.map(\.description) == ["alias-target:recipient"])
        let request = CheckRequest(checks: ["greylist", "other"], policy: .make([.saslUsername: "x@y.example"]))
        let service = bench.service
        let reply = await withCheckedContinuation { continuation in
            service.check(request) { continuation.resume(returning: $0) }
        }
        #expect(
            reply
                == .results([
                    ("greylist", .verdict(.none, reason: "not at RCPT")), ("other", .error("unknown check other")),
                ]))
    }

    // MARK: - Time

    @Test(arguments: TestEngine.allCases)
    func clockStepsBack(_ engine: TestEngine) async throws {
        let bench = try Bench(engine)
        #expect(await bench.outcome() == "451 new triplet, 900 s")
        bench.clock.step(-1_000_000)
        bench.clock.advance(900)
        #expect(await bench.outcome() == "none triplet passed")
    }

    /// A restart forgets that the clock ran ahead: what it wrote must not block for longer than a new triplet.
    @Test(arguments: TestEngine.allCases)
    func clockRanAheadBeforeARestart(_ engine: TestEngine) async throws {
        let database = try TestDatabase(engine)
        let ahead = FakeClock()
        ahead.step(50_000_000)
        let first = try Bench(database, clock: ahead)
        #expect(await first.outcome() == "451 new triplet, 900 s")
        first.service.stop()
        let second = try Bench(database)
        #expect(await second.outcome() == "451 triplet expired, as new, 900 s")
        second.clock.advance(900)
        #expect(await second.outcome() == "none triplet passed")
    }

    @Test(arguments: TestEngine.allCases)
    func clockStepsForward(_ engine: TestEngine) async throws {
        let bench = try Bench(engine)
        _ = await bench.outcome()
        bench.clock.step(172_801)
        #expect(await bench.outcome() == "451 triplet expired, as new, 900 s")
    }

    @Test(arguments: TestEngine.allCases)
    func expiredRequestsRecordNothing(_ engine: TestEngine) async throws {
        let bench = try Bench(engine)
        let policy = PolicyRequest.make([.protocolState: "RCPT", .clientAddress: "192.0.2.1", .sender: "a@b.example"])
        let past = bench.clock.clock.monotonic()
        let result = await bench.ask(CheckRequest(checks: ["greylist"], policy: policy, deadline: past))
        #expect(result == .error("deadline passed"))
        #expect(try bench.database.count(bench.database.waiting) == 0)
    }
}
