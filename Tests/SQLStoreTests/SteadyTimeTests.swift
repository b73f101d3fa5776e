import Synchronization
import Testing

@testable import SQLStore

@Suite struct SteadyTimeTests {
    @Test func itNeverGoesBackAndNeverStands() {
        let clock = FakeClock()
        var time = SteadyTime()
        let start = time.read(clock.clock)
        #expect(start == 1_700_000_000)
        // (milliseconds that pass, step of the system's clock in seconds, expected since the start)
        let cases = [(1500, 0, 1), (0, -7200, 1), (10_000, 0, 11), (0, 7300, 111), (1000, 0, 112), (0, -1, 112)]
        for (milliseconds, step, expected) in cases {
            clock.advance(milliseconds: milliseconds)
            clock.unix.add(step, ordering: .relaxed)
            #expect(time.read(clock.clock) == start + expected)
        }
    }

    @Test func theSystemsClockRuns() {
        let clock = StoreClock.system
        #expect(clock.unixSeconds() > 1_700_000_000)
        let first = clock.monotonicMilliseconds()
        #expect(clock.monotonicMilliseconds() >= first)
    }
}
