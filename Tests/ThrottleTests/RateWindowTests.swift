import Testing

@testable import Throttle

@Suite struct RateWindowTests {
    /// start, now, period → start, messages of a window that has counted 5.
    @Test(
        arguments: [
            (1000, 1000, 60, 1000, 5), (1000, 1060, 60, 1000, 5),
            // The second after the last one begins a new window.
            (1000, 1061, 60, 1061, 0), (1000, 900_000, 60, 900_000, 0),
            // A start that is not known is now, and what was counted stays.
            (0, 5000, 60, 5000, 5),
            // A clock that is a little behind changes nothing.
            (1000, 990, 60, 1000, 5), (1000, 940, 60, 1000, 5),
            // Only a wrong clock can have made a window further in the future than it is long.
            (1000, 939, 60, 939, 0), (Int64.max, 1000, 60, 1000, 0), (Int64.max, Int64.max, 60, Int64.max, 5),
            // The rule's period counts, not the stored one.
            (1000, 1061, 61, 1000, 5), (1000, 1031, 30, 1031, 0),
            (1000, Int64.max, Int64.max, 1000, 5),
        ] as [(Int64, Int64, Int64, Int64, Int64)])
    func current(start: Int64, now: Int64, period: Int64, expected: Int64, messages: Int64) {
        let stored = RateWindow(messages: 5, quota: 50, start: start, last: start, lastNotified: 77, period: 60)
        let window = stored.current(at: now, period: period)
        #expect(window.start == expected)
        #expect(window.messages == messages)
        #expect(window.quota == messages * 10)
        #expect(window.period == period)
        #expect(window.lastNotified == 77)
    }

    @Test func countsStopAtTheLargestNumber() {
        var window = RateWindow(messages: .max - 1, quota: .max, start: 10, last: 10, period: 60)
        window.count(messages: 5, bytes: 1, at: 12)
        #expect(window.messages == .max)
        #expect(window.quota == .max)
        #expect(window.last == 12)
        window.count(messages: 1, bytes: 1, at: 3)
        #expect(window.last == 12)
    }

    @Test func countsBelowZeroAreZero() {
        let window = RateWindow(messages: -5, quota: .min, start: 10, last: 10, period: 60)
        #expect(window.messages == 0)
        #expect(window.quota == 0)
    }

    @Test(arguments: [(100, 60), (130, 30), (160, 0), (500, 0), (Int64.min, Int64.max)] as [(Int64, Int64)])
    func secondsLeft(now: Int64, left: Int64) {
        #expect(RateWindow(startingAt: 100, period: 60).secondsLeft(at: now) == left)
    }

    @Test(
        arguments: [
            (1, 2, 3), (.max, 1, .max), (.min, -1, .min), (.max, .min, -1), (5, -7, -2),
        ] as [(Int64, Int64, Int64)])
    func saturating(left: Int64, right: Int64, sum: Int64) {
        #expect(left.saturatingAdding(right) == sum)
    }
}
