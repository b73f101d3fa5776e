import ServiceProtocol
import Testing

@Suite struct MonotonicInstantTests {
    @Test(arguments: [
        (0, 0), (81_234_567, 81_234_567_000), (-1, -1_000), (.max, .max), (.min, .min),
        (9_223_372_036_854_775, 9_223_372_036_854_775_000), (9_223_372_036_854_776, .max),
    ])
    func aPeersNumberIsClamped(_ milliseconds: Int, _ microseconds: Int) {
        #expect(MonotonicInstant(milliseconds: milliseconds).microseconds == microseconds)
    }

    @Test func itIsReckonedWith() {
        let start = MonotonicInstant(microseconds: 1_500)
        let end = start.advanced(byMilliseconds: 2)
        #expect(end.microseconds == 3_500)
        #expect(end.milliseconds == 3)
        #expect(end.microseconds(since: start) == 2_000)
        #expect(start < end)
    }

    @Test func theExtremesDoNotTrap() {
        let end = MonotonicInstant(microseconds: .max)
        #expect(end.advanced(byMilliseconds: 1) != end)
        #expect(MonotonicInstant(microseconds: .min).microseconds(since: end) == 1)
    }
}
