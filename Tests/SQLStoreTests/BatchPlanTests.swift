import Testing

@testable import SQLStore

@Suite struct BatchPlanTests {
    private struct Operation: RecordingOperation {
        var key: RecordingKeyBytes?
        var check = "count"
        var deadline = 0
        var isDryRun = false
    }

    /// Members with these keys, in the order of the texts; `-` stands for one without a key.
    private func members(_ keys: String) -> [BatchPlan.Member] {
        keys.split(separator: " ").enumerated().map { index, key in
            let number = UInt64(key, radix: 16)
            return BatchPlan.Member(
                Operation(key: number.map { RecordingKeyBytes(high: 0, low: $0) }), index: index)
        }
    }

    private func plan(_ keys: String, seen: [UInt64: String] = [:]) -> BatchPlan {
        let members = members(keys)
        let keys = BatchPlan.keys(members)
        return BatchPlan(members, keys: keys, verdicts: keys.map { seen[$0.key.low] })
    }

    @Test func keysAreSortedAndEachIsThereOnce() {
        #expect(BatchPlan.keys(members("c a - b a c")).map(\.key.low) == [10, 11, 12])
        #expect(BatchPlan.keys(members("- -")).isEmpty)
        let checks = ["b", "a", "b"].enumerated().map { index, check in
            BatchPlan.Member(Operation(key: RecordingKeyBytes(high: 1, low: 1), check: check), index: index)
        }
        #expect(BatchPlan.keys(checks).map(\.check) == ["a", "b"])
    }

    @Test(
        arguments: [
            ("", [:], []),
            ("a - b", [:], [.decided(0), .decided(1), .decided(2)]),
            ("- -", [:], [.decided(0), .decided(1)]),
            ("a b a a", [:], [.decided(0), .decided(1), .repeated(0), .repeated(0)]),
            ("a b", [11: "no"], [.decided(0), .stored(0)]),
            ("a b a c", [10: "no"], [.stored(0), .decided(0), .stored(1), .decided(1)]),
            ("b a b c c", [10: "no"], [.decided(0), .stored(0), .repeated(0), .decided(1), .repeated(1)]),
        ] as [(String, [UInt64: String], [BatchPlan.Source])])
    func sources(keys: String, seen: [UInt64: String], sources: [BatchPlan.Source]) {
        let plan = plan(keys, seen: seen)
        #expect(plan.sources == sources)
        let decided = zip(members(keys), sources).filter { if case .decided = $1 { true } else { false } }
        #expect(plan.fresh.map(\.index) == decided.map(\.0.index))
        #expect(plan.stored.allSatisfy { $0 == "no" })
        #expect(plan.stored.count == sources.count { if case .stored = $0 { true } else { false } })
    }
}
