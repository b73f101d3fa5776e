import DatabaseFixture
import PostfixProtocol
import SQLStore
import ServiceProtocol
import SuiteFixture
import Testing

@testable import Greylist

/// Several instances on one database, and several requests in one batch.
@Suite struct SharedDatabaseTests {
    /// Asks both services for all triplets at once: `client` and `sender` by number.
    private static func ask(
        _ services: [GreylistService], _ count: Int,
        _ attempt: @escaping @Sendable (Int) -> (client: String, sender: String)
    ) async -> [[String]] {
        await withTaskGroup(of: (Int, String).self) { group in
            for number in 0..<count {
                for service in services {
                    group.addTask {
                        let (client, sender) = attempt(number)
                        return (number, await service.ask(client, from: sender).firstSummary)
                    }
                }
            }
            var outcomes = Array(repeating: [String](), count: count)
            for await (number, outcome) in group { outcomes[number].append(outcome) }
            return outcomes.map { $0.sorted() }
        }
    }

    /// Of two that see a triplet at once one sees it first. Of two that see its retry one lets it pass; for the other the
    /// client is known.
    @Test(arguments: TestEngine.allCases)
    func twoInstancesAgreeOnATriplet(_ engine: TestEngine) async throws {
        let database = try TestDatabase(engine)
        let clock = FakeClock()
        let benches = try [Bench(database, clock: clock), Bench(database, clock: clock)]
        let services = benches.map(\.service)
        let attempt: @Sendable (Int) -> (String, String) = { ("10.0.\($0 / 200).\($0 % 200)", "a\($0)@sender.example") }
        let first = await Self.ask(services, 300, attempt)
        #expect(Set(first) == [["451 new triplet, 900 s", "451 retry too soon, 900 s left"]])
        #expect(
            try database.sql("SELECT min(blocked_count), max(blocked_count), count(*) FROM \(database.waiting)")
                == [[.integer(2), .integer(2), .integer(300)]])
        clock.advance(900)
        let second = await Self.ask(services, 300, attempt)
        #expect(Set(second) == [["none known client", "none triplet passed"]])
        #expect(try database.count(database.passed) == 300)
        #expect(try database.count(database.waiting) == 0)
    }

    /// Many triplets of few clients pass at once, at two instances: nobody is refused, no client is forgotten.
    @Test(arguments: TestEngine.allCases)
    func twoInstancesAgreeOnAClient(_ engine: TestEngine) async throws {
        let database = try TestDatabase(engine)
        let clock = FakeClock()
        let benches = try [Bench(database, clock: clock), Bench(database, clock: clock)]
        let services = benches.map(\.service)
        let attempt: @Sendable (Int) -> (String, String) = { ("192.0.2.\($0 % 4)", "a\($0)@sender.example") }
        _ = await Self.ask([services[0]], 200, attempt)
        clock.advance(900)
        let outcomes = await Self.ask(services, 200, attempt).flatMap { $0 }
        #expect(Set(outcomes).isSubset(of: ["none known client", "none triplet passed"]), "\(Set(outcomes))")
        let clients = try database.sql("SELECT count(DISTINCT client_address) FROM \(database.passed)")
        #expect(clients == [[.integer(4)]])
        clock.advance(61)
        for bench in benches {
            #expect(await bench.outcome("192.0.2.1", from: "new@sender.example") == "none known client")
        }
        #expect(benches.flatMap { $0.log.all.filter { $0.hasPrefix("error") } } == [])
    }

    /// What the database refuses hurts the one who asked for it.
    @Test(arguments: TestEngine.allCases)
    func aPoisonedBatchHurtsOne(_ engine: TestEngine) async throws {
        let bench = try Bench(engine)
        _ = await bench.administer("list", ["what": "tracking"])
        if engine == .sqlite {
            try bench.database.sql(
                """
                CREATE TRIGGER poison BEFORE INSERT ON postern_greylist_waiting WHEN NEW.sender = 'a25@sender.example'
                BEGIN SELECT RAISE(ABORT, 'poison'); END
                """)
        } else {
            try bench.database.sql(
                "ALTER TABLE greylisting_tracking ADD CONSTRAINT poison CHECK (sender <> 'a25@sender.example')")
        }
        let outcomes = await Self.ask([bench.service], 50) { ("192.0.2.1", "a\($0)@sender.example") }
        for (number, outcome) in outcomes.enumerated() {
            #expect(outcome == [number == 25 ? "error database: constraint" : "451 new triplet, 900 s"])
        }
        #expect(try bench.database.count(bench.database.waiting) == 49)
    }

    /// A known client makes the server begin no transaction that writes.
    @Test(arguments: TestEngine.servers)
    func aKnownClientWritesNothing(_ engine: TestEngine) async throws {
        let bench = try Bench(engine)
        _ = await bench.outcome()
        bench.clock.advance(900)
        _ = await bench.outcome()
        // So that no cleaning has anything to do.
        let row = try bench.database.sql("SELECT * FROM greylisting_tracking")
        let before = try bench.database.writes()
        for _ in 0..<50 {
            bench.clock.advance(61)
            #expect(await bench.outcome() == "none known client")
        }
        #expect(bench.service.statistics().contains { $0.name == "known-from-cache" && $0.value == "0" })
        // The server does a little of its own.
        #expect(try bench.database.writes() - before < 10)
        #expect(try bench.database.sql("SELECT * FROM greylisting_tracking") == row)
        for number in 0..<50 { _ = await bench.outcome("203.0.113.1", from: "a\(number)@sender.example") }
        #expect(try bench.database.writes() - before >= 50)
    }

    /// Expired rows go, a few at a time, and no others.
    @Test(arguments: TestEngine.servers)
    func expiredRowsGo(_ engine: TestEngine) async throws {
        let bench = try Bench(engine)
        _ = await bench.administer("list", ["what": "tracking"])
        let start = FakeClock.start
        for number in 0..<60 {
            try UpstreamSchema.track(
                bench.database, "192.0.2.\(number)", first: start, retry: start + 900,
                expires: start + (number % 3 == 0 ? 100 : 100_000), passed: number % 2 == 0)
        }
        bench.clock.advance(50)
        try await bench.clean(limit: 7)
        #expect(try bench.database.count("greylisting_tracking") == 60)
        bench.clock.advance(100)
        try await bench.clean(limit: 7)
        let left = try bench.database.count("greylisting_tracking")
        for _ in 0..<10 { try await bench.clean(limit: 7) }
        #expect(try bench.database.count("greylisting_tracking") == 40)
        #expect(left >= 40)
        // What a clock running ahead has written gets the time that it would get now.
        try bench.database.sql("UPDATE greylisting_tracking SET record_expired = 4000000000 WHERE passed = 1")
        for _ in 0..<10 { try await bench.clean(limit: 7) }
        let latest = try bench.database.sql("SELECT DISTINCT record_expired FROM greylisting_tracking WHERE passed = 1")
        #expect(latest == [[.integer(Int64(bench.clock.now + 2_592_000))]])
    }
}

extension TestDatabase {
    /// A number that grows with each transaction, or row, that the server has written.
    fileprivate func writes() throws -> Int64 {
        if case .postgreSQL = self {
            return try sql("SELECT pg_snapshot_xmax(pg_current_snapshot())::text::bigint").first?.first?.integerValue
                ?? -1
        }
        return try sql(
            """
            SELECT CAST(sum(variable_value) AS SIGNED) FROM information_schema.global_status
            WHERE variable_name IN ('HANDLER_WRITE', 'HANDLER_UPDATE', 'HANDLER_DELETE')
            """
        ).first?.first?.integerValue ?? -1
    }
}

extension Bench {
    /// Cleans a portion, as a store does that has nothing else to do.
    fileprivate func clean(limit: Int) async throws {
        if let engine = service.engine as? GreylistStoreEngine<ClockedConnection<PostgreSQLConnection>> {
            try await clean(engine.store, limit)
        } else if let engine = service.engine as? GreylistStoreEngine<ClockedConnection<MariaDBConnection>> {
            try await clean(engine.store, limit)
        }
    }

    private func clean<Base: SQLConnection>(
        _ store: RecordingStore<GreylistHandler<ClockedConnection<Base>>>, _ limit: Int
    ) async throws {
        let now = clock.now
        let timing = GreylistTiming(blockFor: 900, unauthTripletExpires: 172_800, authTripletExpires: 2_592_000)
        let result: Result<Void, SQLError> = await withCheckedContinuation { continuation in
            let isTaken = store.performWithHandler(
                { _, handler in
                    try handler.clean { tracking, _, _ in try tracking.clean(timing, now: now, limit: limit) }
                },
                completion: { continuation.resume(returning: $0) })
            if !isTaken { continuation.resume(returning: .failure(SQLError(.unavailable, ""))) }
        }
        try result.get()
    }
}

extension GreylistService {
    /// Asks about one attempt.
    func ask(
        _ client: String = "192.0.2.1", from sender: String = "a@sender.example",
        to recipient: String = "b@rcpt.example"
    ) async -> CheckReply {
        let policy = PolicyRequest.make([
            .request: "smtpd_access_policy", .protocolState: "RCPT", .clientAddress: client, .sender: sender,
            .recipient: recipient,
        ])
        return await withCheckedContinuation { continuation in
            check(CheckRequest(checks: ["greylist"], policy: policy)) { continuation.resume(returning: $0) }
        }
    }
}

extension CheckReply {
    /// The summary of the only result.
    var firstSummary: String {
        guard case .results(let results) = self, results.count == 1 else { return "not one result" }
        return results[0].result.summary
    }
}
