import Glibc
import PostfixProtocol
import SQLStore
import ServiceProtocol
import SuiteFixture
import Testing

@testable import Greylist

@Suite struct GreylistServiceFaultTests {
    // MARK: - Several at once

    @Test(arguments: TestEngine.allCases)
    func manyAtOnceAreAllAnswered(_ engine: TestEngine) async throws {
        let bench = try Bench(engine)
        let service = bench.service
        let tally = Tally()
        await withTaskGroup(of: Void.self) { group in
            for number in 0..<2_000 {
                let policy = PolicyRequest.make([
                    .protocolState: "RCPT", .clientAddress: "192.0.2.\(number % 200)",
                    .sender: "a\(number)@sender.example", .recipient: "b@rcpt.example",
                ])
                group.addTask {
                    await withCheckedContinuation { continuation in
                        service.check(CheckRequest(checks: ["greylist"], policy: policy)) { reply in
                            tally.add(reply)
                            continuation.resume()
                        }
                    }
                }
            }
        }
        #expect(tally.all == ["451 new triplet, 900 s": 2_000])
        #expect(try bench.database.count(bench.database.waiting) == 2_000)
    }

    @Test(arguments: TestEngine.allCases)
    func stopAnswersWhatWasAsked(_ engine: TestEngine) async throws {
        let bench = try Bench(engine)
        let tally = Tally()
        for number in 0..<1_000 {
            let policy = PolicyRequest.make([
                .protocolState: "RCPT", .clientAddress: "192.0.2.1", .sender: "a\(number)@sender.example",
            ])
            bench.service.check(CheckRequest(checks: ["greylist"], policy: policy)) { tally.add($0) }
        }
        bench.service.stop()
        #expect(tally.all == ["451 new triplet, 900 s": 1_000])
        #expect(try bench.database.count(bench.database.waiting) == 1_000)
    }

    @Test(arguments: TestEngine.allCases)
    func twoServicesOnOneDatabase(_ engine: TestEngine) async throws {
        let database = try TestDatabase(engine)
        let clock = FakeClock()
        let first = try Bench(database, clock: clock)
        let second = try Bench(database, clock: clock)
        #expect(await first.outcome() == "451 new triplet, 900 s")
        #expect(await second.outcome() == "451 retry too soon, 900 s left")
        clock.advance(900)
        #expect(await second.outcome() == "none triplet passed")
        #expect(await first.outcome() == "none known client")
        // A verb at one is seen by the other a second later, in its settings and in its cache.
        _ = await second.administer("delete", ["what": "tracking", "client": "192.0.2.1"])
        clock.advance(1)
        #expect(await first.eventually { $0 == "451 new triplet, 900 s" })
        _ = await second.administer("set", ["what": "setting", "active": "0"])
        clock.advance(1)
        #expect(await first.outcome() == "none off by @. -> @.")
    }

    @Test(arguments: TestEngine.allCases)
    func otherToolsAreSeenAfterTenSeconds(_ engine: TestEngine) async throws {
        let bench = try Bench(engine)
        #expect(await bench.outcome() == "451 new triplet, 900 s")
        try bench.database.sql("UPDATE greylisting SET active = 0")
        bench.clock.advance(11)
        #expect(await bench.outcome() == "none off by @. -> @.")
    }

    // MARK: - Failures

    @Test func noDatabaseIsAnError() async throws {
        let database = try TestDatabase(.sqlite)
        let descriptor = open(database.file, O_WRONLY | O_CREAT, 0o600)
        _ = write(descriptor, String(repeating: "this is no database ", count: 100), 2_000)
        close(descriptor)
        let bench = try Bench(database)
        for _ in 0..<3 { #expect(await bench.outcome() == "error database: corrupt") }
        #expect(bench.service.statistics().contains { $0.name == "database" && $0.value == "failing" })
        bench.service.stop()
        #expect(bench.log.all.filter { $0.hasPrefix("error:") }.count == 1)
    }

    /// Two hosts' clocks never agree quite: a retry is accepted at the other host, a little early or late.
    @Test(arguments: [90, -90]) func twoServicesWhoseClocksDiffer(skew: Int) async throws {
        let first = try Bench()
        let skewed = FakeClock()
        skewed.step(skew)
        let second = try Bench(first.database, clock: skewed)
        #expect(await first.outcome() == "451 new triplet, 900 s")
        // For a clock far behind, the triplet is blocked longer than any new one, so it begins anew.
        #expect(
            await second.outcome()
                == (skew > 0 ? "451 retry too soon, \(900 - skew) s left" : "451 triplet expired, as new, 900 s"))
        for clock in [first.clock, skewed] { clock.advance(900 - min(skew, 0)) }
        #expect(await second.outcome() == "none triplet passed")
        #expect(await first.outcome(from: "other@sender.example") == "none known client")
        #expect(await second.outcome(from: "other@sender.example") == "none known client")
    }

    /// A disk that is full fails what has to be recorded, not what has only to be read.
    @Test func fullDiskIsAnErrorAndEnds() async throws {
        let bench = try Bench()
        _ = await bench.outcome("192.0.2.7")
        bench.clock.advance(900)
        _ = await bench.outcome("192.0.2.7")
        let sender = String(repeating: "x", count: 200)
        try await bench.limitPages(true)
        var outcome = ""
        for number in 0..<200 where !outcome.hasPrefix("error") {
            outcome = await bench.outcome("203.0.113.1", from: "\(sender)\(number)@sender.example")
        }
        #expect(outcome == "error database: full")
        #expect(await bench.outcome("192.0.2.7") == "none known client")
        #expect(bench.log.all.contains { $0.hasPrefix("error: the database fails") })
        try await bench.limitPages(false)
        #expect(await bench.outcome("203.0.113.2") == "451 new triplet, 900 s")
        #expect(bench.log.all.contains("notice: the database works again"))
        #expect(bench.service.statistics().contains { $0.name == "database" && $0.value == "working" })
    }
}

extension Bench {
    /// Asks until the answer is as expected, at most five seconds of real time.
    func eventually(_ isExpected: (String) -> Bool) async -> Bool {
        for _ in 0..<500 {
            if isExpected(await outcome()) { return true }
            usleep(10_000)
        }
        return false
    }

    /// Lets the service's own connection use no more pages than it has, or as many as it likes.
    func limitPages(_ isLimited: Bool) async throws {
        let engine = try #require(service.engine as? GreylistStoreEngine<SQLiteConnection>)
        let store = engine.store
        let result: Result<Void, SQLError> = await withCheckedContinuation { continuation in
            let isTaken = store.perform(
                { connection in
                    let pages = try connection.query("PRAGMA page_count").first?.first?.integerValue ?? 0
                    _ = try connection.query("PRAGMA max_page_count=\(isLimited ? pages : 1_000_000)")
                }, completion: { continuation.resume(returning: $0) })
            if !isTaken { continuation.resume(returning: .failure(SQLError(.unavailable, ""))) }
        }
        try result.get()
    }
}
