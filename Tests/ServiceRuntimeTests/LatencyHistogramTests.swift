import Testing

@testable import ServiceRuntime

@Suite struct LatencyHistogramTests {
    @Test func bucketsJoinWithoutGaps() {
        var lower: Int64 = 0
        for index in 0...LatencyHistogram.index(of: 1 << 20) {
            let upper = LatencyHistogram.upperBound(of: index)
            #expect(LatencyHistogram.index(of: lower) == index)
            #expect(LatencyHistogram.index(of: upper) == index)
            #expect(upper - lower <= max(lower / 8, 0))
            lower = upper + 1
        }
    }

    @Test(arguments: [(0.0, 1), (50, 500), (90, 900), (99, 990), (99.9, 999), (100, 1_000)] as [(Double, Int64)])
    func percentilesAreAtMostAnEighthTooHigh(percent: Double, exact: Int64) {
        var histogram = LatencyHistogram()
        for value in (1...1_000).reversed() { histogram.record(microseconds: Int64(value)) }
        let found = histogram.percentile(percent)
        #expect(found >= exact && found <= exact + exact / 8)
        #expect(histogram.count == 1_000 && histogram.sum == 500_500 && histogram.maximum == 1_000)
    }

    @Test func aRareSlowOneShowsInTheLastPercentOnly() {
        var histogram = LatencyHistogram()
        for _ in 0..<98 { histogram.record(microseconds: 5) }
        for _ in 0..<2 { histogram.record(microseconds: 1_000_000) }
        #expect(histogram.percentile(50) == 5)
        #expect(histogram.percentile(98) == 5)
        #expect(histogram.percentile(99) == 1_000_000)
    }

    @Test func takesAnyNumber() {
        var histogram = LatencyHistogram()
        #expect(histogram.percentile(99) == 0)
        histogram.record(microseconds: .min)
        #expect(histogram.maximum == 0)
        histogram.record(microseconds: .max)
        #expect(histogram.maximum == LatencyHistogram.longest)
        #expect(histogram.percentile(-5) == 0)
        #expect(histogram.percentile(500) == LatencyHistogram.longest)
    }
}
