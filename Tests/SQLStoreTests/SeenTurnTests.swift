import SuiteFixture
import Synchronization
import Testing

@testable import SQLStore

@Suite struct SeenTurnTests {
    private struct Case {
        var turn: SeenTurn
        var now: Int
        var expected: SeenTurn
        var emptied: [Int]
    }

    @Test func turns() {
        let turn = SeenTurn(number: 4, start: 1_000_000)
        let cases = [
            Case(turn: turn, now: 1_000_000, expected: turn, emptied: []),
            Case(turn: turn, now: 1_599_999, expected: turn, emptied: []),
            Case(turn: turn, now: 1_600_000, expected: SeenTurn(number: 5, start: 1_600_000), emptied: [1]),
            Case(turn: turn, now: 2_199_999, expected: SeenTurn(number: 5, start: 2_199_999), emptied: [1]),
            Case(turn: turn, now: 2_200_000, expected: SeenTurn(number: 5, start: 2_200_000), emptied: [0, 1]),
            Case(turn: turn, now: 999_999, expected: SeenTurn(number: 4, start: 999_999), emptied: []),
            Case(
                turn: SeenTurn(number: Int.max, start: Int.min), now: 5, expected: SeenTurn(number: Int.max, start: 5),
                emptied: []),
            Case(
                turn: SeenTurn(number: Int.max, start: 0), now: 600_000,
                expected: SeenTurn(number: Int.min, start: 600_000), emptied: [0]),
        ]
        for row in cases {
            let result = row.turn.advanced(to: row.now)
            #expect(result.turn == row.expected)
            #expect(result.emptied == row.emptied)
        }
    }

    @Test(arguments: [
        (0, [1, 0]), (59_999, [1, 0]), (60_000, [1]), (539_999, [1]), (540_000, [1, 0]), (600_000, [1, 0]),
    ])
    func tablesNearATurn(_ elapsed: Int, _ expected: [Int]) {
        #expect(SeenTurn(number: 7, start: 100).tables(at: 100 + elapsed) == expected)
    }

    @Test func aKeyLivesTenToTwentyMinutes() throws {
        for offset in [0, 30_000, 300_000, 570_000, 599_000] {
            var bench = try BatchBench()
            _ = bench.run(CountOperation(key: key(0), account: "first"))
            bench.clock.advance(milliseconds: offset)
            let operation = CountOperation(key: key(1), account: "a")
            #expect(bench.run(operation) == [.decided("pass 1")])
            for minute in 1...9 {
                bench.clock.advance(milliseconds: 60_000)
                #expect(bench.run(operation) == [.repeated("pass 1")], "minute \(minute), offset \(offset)")
            }
            bench.clock.advance(milliseconds: 660_000)
            #expect(bench.run(operation) == [.decided("pass 2")])
        }
    }

    @Test(arguments: [-86_400 * 365, -3600, 3600, 86_400 * 365])
    func aStepOfTheSystemsTimeLosesNothing(_ step: Int) throws {
        var bench = try BatchBench()
        let operation = CountOperation(key: key(1), account: "a")
        _ = bench.run(operation)
        bench.clock.unix.add(step, ordering: .relaxed)
        #expect(bench.run(operation) == [.repeated("pass 1")])
    }

    @Test func aRestartOfTheHostLosesNothing() throws {
        var bench = try BatchBench()
        let operation = CountOperation(key: key(1), account: "a")
        _ = bench.run(operation)
        bench.clock.monotonic.store(3000, ordering: .relaxed)
        #expect(bench.run(operation) == [.repeated("pass 1")])
        #expect(
            try bench.connection.query("SELECT value FROM postern_meta WHERE name = 'seen_turn_start'") == [
                [.integer(3000)]
            ])
    }

    @Test func aDamagedTurnIsNoDanger() throws {
        var bench = try BatchBench()
        let operation = CountOperation(key: key(1), account: "a")
        _ = bench.run(operation)
        try bench.connection.execute("UPDATE postern_meta SET value = 9223372036854775807 WHERE name LIKE 'seen%'")
        #expect(bench.run(operation) == [.repeated("pass 1")])
        try bench.connection.execute("UPDATE postern_meta SET value = 'x' WHERE name LIKE 'seen%'")
        #expect(bench.run(operation) == [.repeated("pass 1")])
    }

    /// Random traffic, pauses, steps of the system's time and restarts of the host: a key younger than ten minutes is
    /// always found, and what is kept is bounded by the keys of the last two turns.
    @Test(arguments: 1...8)
    func anyHistory(_ seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        var bench = try BatchBench()
        var born: [Int: Int] = [:]
        var real = 0
        var sinceRestart: [Int] = []
        for number in 1...600 {
            let pause = [500, 5000, 45_000, 200_000][Int(random.next() % 4)]
            real += pause
            bench.clock.advance(milliseconds: pause)
            if random.next() % 50 == 0 {
                bench.clock.monotonic.store(Int(random.next() % 700_000), ordering: .relaxed)
                real += bench.clock.monotonic.load(ordering: .relaxed)
                sinceRestart = []
            }
            bench.clock.unix.add(Int(random.next() % 20_000) - 10_000, ordering: .relaxed)
            let result = bench.run(CountOperation(key: key(number), account: "a"))
            #expect(result[0].verdict != nil)
            born[number] = real
            sinceRestart.append(real)
            let old = max(1, number - Int(random.next() % 30))
            let again = bench.run(CountOperation(key: key(old), account: "b"))
            if real - born[old, default: 0] < 600_000 {
                guard case .repeated = again[0] else {
                    Issue.record("seed \(seed): key \(old) was lost")
                    continue
                }
            } else if case .decided = again[0] {
                born[old] = real
            }
        }
        let kept = try bench.rows("postern_seen_0") + bench.rows("postern_seen_1")
        bench.clock.advance(milliseconds: 1_200_000)
        _ = bench.run(CountOperation(key: key(0), account: "a"))
        let left = try bench.rows("postern_seen_0") + bench.rows("postern_seen_1")
        #expect(kept < 600)
        #expect(left == 2)
    }
}
