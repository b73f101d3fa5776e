import Logging
import PostfixProtocol
import SQLStore
import ServiceProtocol
import SuiteFixture
import Synchronization
import Testing

@testable import Throttle

@Suite struct ThrottleServiceTests {
    private func limited(
        _ limits: [String: String], _ engine: Engine = .sqlite, yaml: String = "{}", level: Logger.Level = .info
    ) async throws -> Harness {
        let harness = try Harness(yaml, engine: engine, level: level)
        let arguments = ["what": "setting", "account": "@.", "period": "60"].merging(limits) { $1 }
        #expect(await harness.verb("set", arguments) == .done)
        return harness
    }

    @Test func hello() throws {
        let hello = try Harness().service.hello
        #expect(hello.service == "throttle")
        #expect(hello.checks == ["throttle"] && hello.records == ["throttle"] && hello.keyed == ["throttle"])
        #expect(hello.wants.map(\.description) == ["alias-target:sender", "alias-target:recipient"])
        #expect(hello.wantsRecipients)
    }

    @Test(arguments: Engine.allCases) func aNewDatabaseLimitsNothing(engine: Engine) async throws {
        let harness = try Harness(engine: engine)
        #expect(await harness.ask(request(key: 1)) == .verdict(.none))
        #expect(await harness.rows(["what": "settings"]).isEmpty)
        #expect(await harness.rows(["what": "tracking"]).isEmpty)
    }

    @Test func onlyTheEndOfTheMessageIsChecked() async throws {
        let harness = try await limited(["msg-size": "1"])
        for state in ["RCPT", "DATA", "", "MAIL"] {
            #expect(await harness.ask(request([.protocolState: state])).text == "none")
        }
        #expect(await harness.ask(request()).text == "REJECT Message size is too large")
    }

    @Test func otherChecksAreUnknown() async throws {
        let harness = try Harness()
        var asked = request()
        asked.checks = ["throttle", "greylist"]
        let reply = await withCheckedContinuation { continuation in
            harness.service.check(asked) { continuation.resume(returning: $0) }
        }
        #expect(
            reply
                == .results([("throttle", .verdict(.none)), ("greylist", .error("unknown check greylist"))]))
    }

    @Test(
        arguments: Engine.allCases,
        [
            ("msg-size", "99", "REJECT Message size is too large"),
            ("max-rcpts", "1", "REJECT Too many recipients in single message"), ("max-msgs", "1", overQuota),
            ("max-quota", "99", overQuota),
        ])
    func answers(engine: Engine, limit: (name: String, value: String, answer: String)) async throws {
        let harness = try await limited([limit.name: limit.value], engine)
        let asked = request([.recipient: "", .recipientCount: "2"])
        #expect(await harness.ask(asked).text == limit.answer)
        #expect(await harness.rows(["what": "tracking"]).isEmpty)
    }

    /// The reason of the decision line.
    @Test(arguments: Engine.allCases) func reason(engine: Engine) async throws {
        let harness = try await limited(["max-msgs": "1"], engine)
        #expect(await harness.ask(request()).reason == "")
        #expect(await harness.ask(request()).reason == "sender throttle for max_msgs, 1+1/1, id=1 account=@.")
    }

    @Test func linesAtDebugLevelOnly() async throws {
        for (level, count) in [(Logger.Level.debug, 2), (.info, 0)] {
            let harness = try await limited(["max-msgs": "1"], level: level)
            _ = await harness.ask(request())
            _ = await harness.ask(request())
            #expect(harness.lines.all.filter { $0.hasPrefix("debug: [192.0.2.1]") }.count == count)
        }
    }

    /// A repeated question has the verdict of the first time and counts nothing, also the one that filled the limit.
    @Test(arguments: Engine.allCases) func keysAreCountedOnce(engine: Engine) async throws {
        let harness = try await limited(["max-msgs": "2"], engine)
        for key in [1, 1, 2, 2, 1] { #expect(await harness.ask(request(key: key)).text == "none") }
        let refused = await harness.ask(request(key: 3))
        #expect(refused.text == overQuota)
        #expect(await harness.counts() == ["a@one.test": ["2", "200"]])
        try harness.age(seconds: 61)
        #expect(await harness.ask(request(key: 3)) == refused)
        #expect(await harness.ask(request(key: 4)).text == "none")
        #expect(await harness.counts() == ["a@one.test": ["1", "100"]])
    }

    @Test(arguments: Engine.allCases) func requestsWithoutAKeyCountEachTime(engine: Engine) async throws {
        let harness = try await limited(["max-msgs": "2"], engine)
        var answers: [String] = []
        for _ in 0..<3 { answers.append(await harness.ask(request()).text) }
        #expect(answers == ["none", "none", overQuota])
    }

    @Test(arguments: Engine.allCases) func aWindowEnds(engine: Engine) async throws {
        let harness = try await limited(["max-msgs": "1"], engine)
        var answers: [String] = []
        for wait in [0, 55, 6, 30] {
            try harness.age(seconds: wait)
            answers.append(await harness.ask(request()).text)
        }
        #expect(answers == ["none", overQuota, "none", overQuota])
    }

    /// Set back, the clock neither frees nor prolongs a window.
    @Test func theClockIsSetBack() async throws {
        let harness = try await limited(["max-msgs": "1"])
        #expect(await harness.ask(request()).text == "none")
        harness.time.unix.subtract(7200, ordering: .relaxed)
        #expect(await harness.ask(request()).text == overQuota)
        harness.time.monotonic.add(61_000, ordering: .relaxed)
        #expect(await harness.ask(request()).text == "none")
    }

    @Test(arguments: Engine.allCases) func whatHasExpiredIsNotCounted(engine: Engine) async throws {
        let harness = try await limited(["max-msgs": "5"], engine)
        #expect(await harness.ask(request(key: 1, deadline: 4_999_999)) == .error("the deadline has passed"))
        #expect(await harness.counts().isEmpty)
    }

    @Test(arguments: Engine.allCases) func aDryRunLeavesNoTrace(engine: Engine) async throws {
        let harness = try await limited(["max-msgs": "1"], engine)
        for _ in 0..<2 { #expect(await harness.ask(request(key: 1, isDryRun: true)).text == "none") }
        #expect(await harness.counts().isEmpty)
        #expect(try harness.place.seenKeys() == 0)
        #expect(await harness.ask(request(key: 1)).text == "none")
        #expect(await harness.ask(request(key: 1, isDryRun: true)).text == overQuota)
    }

    @Test(arguments: Engine.allCases) func recipientsOfTheMessageAreLimited(engine: Engine) async throws {
        let harness = try await limited(["kind": "inbound", "account": "s@home.test", "max-msgs": "1"], engine)
        let known = KnownRecipients(addresses: ["r@home.test", "s@alias.test"], isComplete: false)
        let asked = request(
            [.saslUsername: "", .recipient: "", .recipientCount: "3"],
            facts: [FactName(kind: "alias-target", subject: "alias.test"): "home.test"], recipients: known)
        #expect(await harness.ask(asked).text == "none")
        #expect(await harness.counts() == ["s@alias.test": ["1", "100"]])
        #expect(await harness.ask(asked).text == overQuota)
    }

    /// One batch holds many messages of one account; none slips through, and the row is right.
    @Test(arguments: Engine.allCases) func aHotAccount(engine: Engine) async throws {
        let harness = try await limited(["max-msgs": "300"], engine)
        let passed = await withTaskGroup(of: Bool.self) { group in
            for number in 0..<400 {
                group.addTask { await harness.ask(request(key: number)).text == "none" }
            }
            return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
        }
        #expect(passed == 300)
        #expect(await harness.counts() == ["a@one.test": ["300", "30000"]])
    }

    /// Two services on one database let no more through than one.
    @Test(arguments: Engine.allCases) func twoServicesOnOneDatabase(engine: Engine) async throws {
        let first = try await limited(["max-msgs": "50"], engine)
        let second = try Harness(on: first.place, time: first.time)
        let passed = await withTaskGroup(of: Bool.self) { group in
            for number in 0..<160 {
                let harness = number % 2 == 0 ? first : second
                // Each key is asked of both.
                group.addTask { await harness.ask(request(key: number / 2)).text == "none" }
            }
            return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
        }
        #expect(passed == 100)
        #expect(await second.counts() == ["a@one.test": ["50", "5000"]])
    }

    /// Two hosts' clocks never agree quite: no message more passes for it, and the window begins only once. A server has
    /// one clock for all.
    @Test(arguments: [40, -40]) func twoServicesWhoseClocksDiffer(skew: Int) async throws {
        let first = try await limited(["period": "600", "max-msgs": "4"], .sqlite)
        let skewed = FakeClock()
        skewed.unix.add(skew, ordering: .relaxed)
        let second = try Harness(on: first.place, time: skewed)
        var passed = 0
        var starts: Set<String> = []
        for number in 0..<12 {
            let harness = number % 2 == 0 ? first : second
            if await harness.ask(request(key: number)).text == "none" { passed += 1 }
            for row in await first.rows(["what": "tracking"]) { starts.insert(row[7]) }
        }
        #expect(passed == 4)
        #expect(starts == ["\(FakeClock.start)"])
        for time in [first.time, skewed] { time.advance(seconds: 650) }
        #expect(await second.ask(request(key: 100)).text == "none")
        #expect(await first.counts() == ["a@one.test": ["1", "100"]])
    }

    /// What another process changes is seen by the next batch on SQLite, within a second on a server.
    @Test(arguments: Engine.allCases) func rulesOfAnotherInstance(engine: Engine) async throws {
        let first = try await limited(["max-msgs": "5"], engine)
        let second = try Harness(on: first.place, time: first.time)
        #expect(await second.ask(request()).text == "none")
        #expect(await first.verb("set", ["what": "setting", "account": "@.", "max-msgs": "1"]) == .done)
        #expect(await first.ask(request()).text == overQuota)
        #expect(try await second.eventually(overQuota, request(isDryRun: true)))
    }

    @Test func reload() async throws {
        let harness = try await limited(["max-msgs": "1"])
        _ = await harness.ask(request())
        let (changed, common) = try configurations(
            "{quota-message: Slow down}", directory: harness.place.directory.path)
        harness.service.apply(changed, common: common)
        #expect(await harness.ask(request()).text == "REJECT Slow down")
        #expect(harness.lines.all.filter { $0.hasPrefix("warning") }.isEmpty)
        let (moved, _) = try configurations("{database: /other.db}")
        harness.service.apply(moved, common: common)
        #expect(harness.lines.all.contains("warning: another database is used only after a restart"))
    }

    @Test(arguments: ["corrupt", "missing directory", "not writable"])
    func theDatabaseCannotBeOpened(kind: String) async throws {
        let directory = try TemporaryDirectory()
        try directory.write(
            kind == "corrupt" ? String(repeating: "no database ", count: 1000) : "", to: "throttle.db")
        let path = kind == "corrupt" ? directory.database : kind == "not writable" ? "/proc/t.db" : "/nonexistent/t.db"
        let harness = try Harness("{database: \(path)}", on: Place(.sqlite, directory: directory))
        for key in 0..<3 { #expect(await harness.ask(request(key: key)).text == "error") }
        guard case .failed = await harness.verb("list", ["what": "settings"]) else {
            Issue.record("listed without a database")
            return
        }
        // It is said once.
        #expect(harness.lines.all.filter { $0.hasPrefix("error: the database fails") }.count == 1)
        let figures = Dictionary(uniqueKeysWithValues: harness.service.statistics().map { ($0.name, $0.value) })
        #expect(figures["database"] == "failing")
        #expect(figures["failed"] == "3")
        #expect(figures["rules"] == "unknown")
    }

    /// A database that refuses writes while it is open.
    @Test(arguments: Engine.allCases) func writesFailAndRecover(engine: Engine) async throws {
        let harness = try await limited(["max-msgs": "9"], engine)
        try harness.place.refuseNewCounters()
        for key in 0..<2 { #expect(await harness.ask(request(key: key)) == .error("database: constraint")) }
        try harness.place.allowNewCounters()
        #expect(await harness.ask(request(key: 0)).text == "none")
        #expect(await harness.counts() == ["a@one.test": ["1", "100"]])
        let said = harness.lines.all.filter { $0.contains("the database") }
        #expect(said.count == 2)
        #expect(said.last == "notice: the database works again")
    }

    @Test func figures() async throws {
        let harness = try await limited(["max-msgs": "1"])
        _ = await harness.ask(request(key: 1))
        _ = await harness.ask(request(key: 1))
        _ = await harness.ask(request(key: 2))
        _ = await harness.ask(request([.saslUsername: ""]))
        let figures = Dictionary(uniqueKeysWithValues: harness.service.statistics().map { ($0.name, $0.value) })
        #expect(figures["rules"] == "1")
        #expect(figures["decided-none"] == "1")
        #expect(figures["decided-quota"] == "1")
        #expect(figures["repeated"] == "1")
        #expect(figures["messages-without-rules"] == "1")
        #expect(figures["database"] == "working")
    }
}
