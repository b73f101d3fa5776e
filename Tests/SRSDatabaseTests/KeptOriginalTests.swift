import SQLStore
import ServiceProtocol
import SuiteFixture
import Synchronization
import Testing

@testable import SRS

/// Original addresses that are kept, on all three engines.
@Suite(.serialized) struct KeptOriginalTests {
    @Test(arguments: TestEngine.allCases)
    func thereAndBack(_ engine: TestEngine) async throws {
        let database = try TestDatabase(engine)
        let host = try Host(database.engine)
        let senders = [
            Host.sender(1), "\"\(String(repeating: "q", count: 60)) \\\"@ '\"@a.example",
            "\(String(repeating: "é漢😀", count: 8))@bücher.example", "\(String(repeating: "İ", count: 150))@a.example",
            "SENDER1\(String(repeating: "-OF-A-LIST", count: 5))@a.example",
        ]
        for sender in senders {
            let address = try #require(await host.forward(sender).value, "\(sender)")
            #expect(address.utf8.count == 52)
            // The reply comes after the commit: another connection sees it.
            let rows = try database.sql("SELECT last_day FROM postern_srs_originals WHERE address = ?", [.text(sender)])
            #expect(rows == [[.integer(Int64(FakeClock.firstDay + 20))]])
            for form in [address, address.lowercased()] {
                #expect(await host.reverse(form).value.map { Array($0.utf8) } == Array(sender.utf8))
            }
            #expect(await host.forward(sender).value == address)
        }
        #expect(try database.number("SELECT originals FROM postern_srs_days") == Int64(senders.count))
    }

    /// Two hosts, all senders at both at once: one address for each sender, one row, and each reverses the other's.
    @Test(arguments: TestEngine.allCases)
    func hostsAgree(_ engine: TestEngine) async throws {
        let database = try TestDatabase(engine)
        let clock = FakeClock()
        let hosts = try [Host(database.engine, clock: clock), Host(database.engine, clock: clock)]
        async let first = hosts[0].forward(0..<300)
        async let second = hosts[1].forward(0..<300)
        let (one, two) = await (first, second)
        #expect(one == two)
        #expect(Set(one.values.compactMap(\.value)).count == 300)
        #expect(try database.number("SELECT count(*) FROM postern_srs_originals") == 300)
        #expect(try database.number("SELECT originals FROM postern_srs_days") == 300)
        for (number, result) in one.prefix(20) {
            let address = try #require(result.value)
            for host in hosts { #expect(await host.reverse(address).value == Host.sender(number)) }
        }
        // The next day it is another address; those of both days are reversed.
        clock.advance(86_400)
        let next = try #require(await hosts[0].forward(Host.sender(0)).value)
        #expect(next != one[0]?.value)
        #expect(await hosts[1].reverse(next).value == Host.sender(0))
    }

    /// A flood at two hosts: the day gets half of the room, to the row.
    @Test(arguments: TestEngine.allCases)
    func aFloodIsBounded(_ engine: TestEngine) async throws {
        let database = try TestDatabase(engine)
        let hosts = try [
            Host(database.engine, more: "max-originals: 1000"), Host(database.engine, more: "max-originals: 1000"),
        ]
        async let first = hosts[0].forward(0..<400)
        async let second = hosts[1].forward(400..<800)
        let results = await first.merging(second) { old, _ in old }
        #expect(results.values.filter { $0.value != nil }.count == 500)
        #expect(results.values.filter { $0 == .notFound("") }.count == 300)
        #expect(try database.number("SELECT count(*) FROM postern_srs_originals") == 500)
        #expect(try database.number("SELECT originals FROM postern_srs_days") == 500)
    }

    /// Nothing is answered while the commit has not happened.
    @Test(arguments: TestEngine.allCases)
    func noReplyBeforeTheCommit(_ engine: TestEngine) async throws {
        let database = try TestDatabase(engine)
        let host = try Host(database.engine)
        let known = try #require(await host.forward(Host.sender(0)).value)
        let other = try database.connect()
        try other.begin()
        try other.execute("UPDATE postern_srs_days SET originals = originals")
        let isAnswered = Atomic(false)
        async let result = {
            let result = await host.forward(Host.sender(1))
            isAnswered.store(true, ordering: .sequentiallyConsistent)
            return result
        }()
        try await Task.sleep(for: .milliseconds(300))
        let wasAnswered = isAnswered.load(ordering: .sequentiallyConsistent)
        #expect(!wasAnswered)
        other.rollback()
        other.close()
        #expect(await result.value != nil)
        #expect(await host.reverse(known).value == Host.sender(0))
    }

    /// One address that the database refuses costs the others of its batch nothing.
    @Test(arguments: TestEngine.allCases)
    func aPoisonedBatch(_ engine: TestEngine) async throws {
        let database = try TestDatabase(engine)
        let host = try Host(database.engine)
        _ = await host.forward(Host.sender(0))
        try database.refusePoison()
        async let others = host.forward(1..<60)
        async let poisoned = host.forward("poison-\(Host.sender(0))")
        #expect(await poisoned == .notFound(""))
        #expect(await others.values.allSatisfy { $0.value != nil })
        #expect(try database.number("SELECT count(*) FROM postern_srs_originals") == 60)
        #expect(try database.number("SELECT originals FROM postern_srs_days") == 60)
    }

    // MARK: - Forgetting

    @Test(arguments: TestEngine.allCases)
    func theExpiredAreForgotten(_ engine: TestEngine) async throws {
        let database = try TestDatabase(engine)
        let clock = FakeClock()
        let host = try Host(database.engine, clock: clock)
        let address = try #require(await host.forward(0..<700)[0]?.value)
        for _ in 0..<20 {
            clock.advance(86_400)
            _ = await host.forward("young-\(Host.sender(1))")
        }
        #expect(await host.reverse(address).value == Host.sender(0))
        // Another host's clock may be a day behind.
        clock.advance(86_400)
        await passes(clock, host)
        #expect(await host.reverse(address) == .notFound(""))
        #expect(try database.number("SELECT count(*) FROM postern_srs_originals") == 720)
        clock.advance(86_400)
        let rest = "SELECT count(*) FROM postern_srs_originals WHERE last_day = \(FakeClock.firstDay + 20)"
        for _ in 0..<100 where try database.number(rest) != 0 { await passes(clock, host) }
        #expect(try database.number(rest) == 0)
        #expect(try database.number("SELECT count(*) FROM postern_srs_originals") == 20)
        #expect(try database.number("SELECT count(*) FROM postern_srs_days") == 20)
    }

    /// A clock that is wrong for a while costs nothing: what it would have expired comes back with the right time.
    @Test(arguments: TestEngine.allCases)
    func aClockThatSteps(_ engine: TestEngine) async throws {
        let database = try TestDatabase(engine)
        let clock = FakeClock()
        let host = try Host(database.engine, clock: clock)
        let address = try #require(await host.forward(Host.sender(0)).value)
        for _ in 0..<6 { await passes(clock, host) }
        for step in [86_400 * 500, -86_400 * 500] {
            #expect(await host.reverse(address).value == (step > 0 ? Host.sender(0) : nil))
            clock.step(step)
            for _ in 0..<3 { await passes(clock, host) }
        }
        #expect(await host.reverse(address).value == Host.sender(0))
        #expect(try database.number("SELECT count(*) FROM postern_srs_originals") == 1)
    }

    /// A quarter of an hour on the clocks, in which the store is tended.
    private func passes(_ clock: FakeClock, _ host: Host) async {
        clock.advance(900)
        // The first listing wakes the store's thread, which tends after it; the second waits for that.
        for _ in 0..<2 { await host.listOriginals() }
    }
}
