import FuzzTargets
import Testing

/// Every seed of the fuzzers, also what a fuzzer found once, through the fuzzers' own functions.
@Suite struct SeedTests {
    @Test(arguments: Seeds.all) func theInvariantsHold(_ seed: Seed) throws {
        let target = try #require(fuzzTargets.first { $0.name == seed.target }, "no target has this directory")
        #expect(throws: Never.self) { try target.check(seed.bytes) }
    }

    @Test func everyTargetHasSeeds() {
        for target in fuzzTargets {
            #expect(Seeds.all.count { $0.target == target.name } >= 3, "\(target.name)")
        }
        #expect(fuzzTargets.map { $0.name }.sorted() == Set(Seeds.all.map(\.target)).sorted())
    }

    /// Without this, a target that checks nothing would pass too.
    @Test func aBrokenInvariantIsTold() {
        #expect(throws: BrokenInvariant.self) { try BrokenTarget.check([]) }
    }

    private enum BrokenTarget: FuzzTarget {
        static let name = "broken"

        static func check(_ bytes: [UInt8]) throws(BrokenInvariant) { throw BrokenInvariant("two is three") }
    }
}
