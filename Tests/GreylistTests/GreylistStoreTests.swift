import SQLStore
import ServiceProtocol
import SuiteFixture
import Testing

@testable import Greylist

@Suite struct GreylistStoreTests {
    let directory: TemporaryDirectory

    init() throws { directory = try TemporaryDirectory() }

    private static func triplet(_ number: Int, client: String = "192.0.2.1") -> Triplet {
        Triplet(client: client, sender: "a\(number)@x.example", recipient: "b@y.example")
    }

    private static func record(_ triplets: [Triplet], at now: Int, in store: GreylistStore<SQLiteConnection>) throws {
        let keys = store.tracking.keys(of: triplets)
        var ledger = try store.tracking.ledger(of: keys)
        for triplet in triplets { _ = ledger.decide(triplet, timing: GreylistDecisionTests.timing, now: now) }
        try store.connection.transaction { try store.tracking.write(ledger, keys) }
    }

    private static func count(
        _ store: GreylistStore<SQLiteConnection>, _ table: String = "postern_greylist_waiting"
    ) throws -> Int64 {
        try store.connection.query("SELECT count(*) FROM \(table)").first?.first?.integerValue ?? -1
    }

    @Test func writtenRowsAreReadBack() throws {
        let store = try openStore(directory)
        let triplet = Self.triplet(1)
        try Self.record([triplet], at: 1000, in: store)
        let ledger = try store.tracking.ledger(of: store.tracking.keys(of: [triplet, Self.triplet(2)]))
        #expect(
            ledger.triplet(triplet)
                == WaitingTriplet(initTime: 1000, blockExpired: 1900, recordExpired: 173_800, blockedCount: 1))
        #expect(ledger.triplet(Self.triplet(2)) == nil)
        #expect(ledger.client("192.0.2.1") == nil)
    }

    @Test func passingDeletesOnlyTheClientsTriplets() throws {
        let store = try openStore(directory)
        let others = (0..<50).map { Self.triplet(1, client: "192.0.2.\($0 + 100)") }
        try Self.record([Self.triplet(1), Self.triplet(2)] + others, at: 0, in: store)
        try Self.record([Self.triplet(1)], at: 900, in: store)
        #expect(try Self.count(store) == 50)
        #expect(
            try store.tracking.passedClient("192.0.2.1") == PassedClient(initTime: 900, recordExpired: 900 + 2_592_000))
    }

    /// A client whose keys begin like another's does not lose its rows with it.
    @Test func clearingLooksAtTheText() throws {
        let store = try openStore(directory)
        try Self.record([Self.triplet(1)], at: 0, in: store)
        try store.connection.execute("UPDATE postern_greylist_waiting SET client_address = '192.0.2.99'")
        try store.tracking.deleteTriplets(of: "192.0.2.1")
        #expect(try Self.count(store) == 1)
    }

    @Test func overlongAddressesStayApart() throws {
        let store = try openStore(directory)
        let long = String(repeating: "x", count: 300)
        let triplets = ["a", "b"].map {
            Triplet(client: "192.0.2.1", sender: "\(long)\($0)", recipient: "r@y.example")
        }
        try Self.record(triplets, at: 0, in: store)
        let lengths = try store.connection.query("SELECT DISTINCT length(sender) FROM postern_greylist_waiting")
        #expect(lengths == [[.integer(255)]])
        let senders = try store.connection.query("SELECT count(DISTINCT sender) FROM postern_greylist_waiting")
        #expect(senders == [[.integer(2)]])
    }

    @Test func expiredRowsGoInPortions() throws {
        let store = try openStore(directory)
        try Self.record((0..<10).map { Self.triplet($0) }, at: 0, in: store)
        #expect(try store.tracking.deleteExpired(before: 172_800, limit: 4) == 0)
        #expect(try store.tracking.deleteExpired(before: 172_801, limit: 4) == 4)
        #expect(try store.tracking.deleteExpired(before: 172_801, limit: 100) == 6)
        #expect(try Self.count(store) == 0)
    }

    @Test func expiredClientsGo() throws {
        let store = try openStore(directory)
        try Self.record([Self.triplet(1)], at: 0, in: store)
        try Self.record([Self.triplet(1)], at: 900, in: store)
        #expect(try store.tracking.deleteExpired(before: 900 + 2_592_000, limit: 10) == 0)
        #expect(try store.tracking.deleteExpired(before: 900 + 2_592_001, limit: 10) == 1)
    }

    /// What a clock running ahead has written gets the time that it would get now.
    @Test func timesFarAheadAreShortened() throws {
        let store = try openStore(directory)
        try Self.record([Self.triplet(1), Self.triplet(2)], at: 900_000_000, in: store)
        try Self.record([Self.triplet(3)], at: 1000, in: store)
        try Self.record([Self.triplet(4, client: "192.0.2.2")], at: 900_000_000, in: store)
        try Self.record([Self.triplet(4, client: "192.0.2.2")], at: 900_000_900, in: store)
        try store.tracking.shortenTimes(GreylistDecisionTests.timing, now: 1000, limit: 10)
        let waiting = try store.connection.query("SELECT DISTINCT record_expired FROM postern_greylist_waiting")
        #expect(waiting == [[.integer(173_800)]])
        #expect(try store.tracking.passedClient("192.0.2.2")?.recordExpired == 1000 + 2_592_000)
    }

    /// A flood of new triplets deletes old ones faster than it adds, without any quiet time.
    @Test func floodsCleanUpAfterThemselves() throws {
        let store = try openStore(directory)
        let cache = PassedClientCache()
        var handler = GreylistHandler<SQLiteConnection>(
            clock: .system, cache: cache, timing: { GreylistDecisionTests.timing })
        try handler.connected(to: store.connection)
        func flood(_ round: Int, at now: Int) throws {
            let operations = (0..<100).map {
                GreylistOperation(
                    triplet: Self.triplet(round * 100 + $0, client: "192.0.2.\($0)"),
                    timing: GreylistDecisionTests.timing, deadline: .max, isDryRun: false)
            }
            try store.connection.transaction { _ = try handler.decide(operations, now: now, in: store.connection) }
        }
        for round in 0..<10 { try flood(round, at: 0) }
        #expect(try Self.count(store) == 1_000)
        for round in 10..<20 { try flood(round, at: 200_000) }
        #expect(try Self.count(store) == 1_000)
        #expect(
            try store.connection.query("SELECT min(init_time) FROM postern_greylist_waiting") == [[.integer(200_000)]])
    }

    /// The plans of the statements that each attempt or each tending runs: none reads a whole table.
    @Test(
        arguments: [
            "SELECT init_time, record_expired FROM postern_greylist_clients WHERE id = ?",
            "SELECT 1 FROM greylisting_whitelists WHERE sender = ? LIMIT 1",
            "SELECT 1 FROM greylisting_whitelists WHERE sender = ? AND account = ?",
            "SELECT account, sender FROM greylisting_whitelists WHERE \(GreylistSchema.isNetwork) ORDER BY id",
            "SELECT id FROM postern_greylist_waiting WHERE record_expired < ? ORDER BY record_expired LIMIT ?",
            "SELECT id FROM postern_greylist_waiting WHERE record_expired > ? LIMIT ?",
            "DELETE FROM postern_greylist_waiting WHERE id BETWEEN ? AND ? AND client_address = ?",
        ])
    func plans(_ sql: String) throws {
        let store = try openStore(directory)
        let plan = try store.connection.query("EXPLAIN QUERY PLAN \(sql)").compactMap { $0.last?.textValue }
        #expect(!plan.isEmpty)
        #expect(plan.allSatisfy { $0.hasPrefix("SEARCH") || $0.contains("_networks") }, "\(plan)")
    }
}
