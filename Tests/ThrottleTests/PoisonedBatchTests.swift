import PostfixProtocol
import SQLStore
import ServiceProtocol
import Testing

@testable import Throttle

/// What a stranger sends, or a row that the database refuses, costs one request and no other.
@Suite struct PoisonedBatchTests {
    private static let texts = [
        "nul\u{0}@one.test", "\u{0}", String(repeating: "x", count: 300) + "@one.test",
        String(repeating: "é", count: 290), "\u{FFFD}\u{FFFD}@one.test", "'; DROP TABLE throttle; --",
        "\\'\"@one.test", "\u{1F600}@one.test", "?1 ?? $1 %s", "tail ", "é@one.test", "e@one.test", "E\u{301}x",
        String(decoding: [0xff, 0xfe, 0x61, 0xc3], as: UTF8.self),
    ]

    private func limited(_ engine: Engine) async throws -> Harness {
        let harness = try Harness(engine: engine)
        _ = await harness.verb("set", ["what": "setting", "account": "@.", "period": "600", "max-msgs": "1"])
        return harness
    }

    private func ask(_ harness: Harness, _ names: [String], keys: Int) async -> [String: String] {
        await withTaskGroup(of: (String, String).self) { group in
            for (number, name) in names.enumerated() {
                let asked = request([.saslUsername: name], key: keys + number)
                group.addTask { (name, await harness.ask(asked).text) }
            }
            return await group.reduce(into: [:]) { $0[$1.0] = $1.1 }
        }
    }

    /// Each text is an account of its own, whatever the column makes of it.
    @Test(arguments: Engine.allCases) func textsOfStrangers(engine: Engine) async throws {
        let harness = try await limited(engine)
        let names = Self.texts + (0..<40).map { "u\($0)@one.test" }
        #expect(Set(await ask(harness, names, keys: 0).values) == ["none"])
        #expect(Set(await ask(harness, names, keys: 1000).values) == [overQuota])
        let rows = try harness.place.query("SELECT count(*) FROM \(harness.place.counters)")
        #expect(rows == [[.integer(Int64(names.count))]])
        #expect(await harness.counts().count == names.count)
    }

    @Test(arguments: Engine.allCases) func aRowThatIsRefused(engine: Engine) async throws {
        let harness = try await limited(engine)
        try harness.place.refuseAccount("poison@one.test")
        let good = (0..<60).map { "u\($0)@one.test" }
        let answers = await ask(harness, good + ["poison@one.test"], keys: 0)
        #expect(answers["poison@one.test"] == "error")
        #expect(Set(answers.filter { $0.key != "poison@one.test" }.values) == ["none"])
        #expect(Set(await ask(harness, good, keys: 1000).values) == [overQuota])
        #expect(await harness.counts().count == good.count)
    }
}
