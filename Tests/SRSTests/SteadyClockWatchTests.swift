import ServiceProtocol
import Synchronization
import Testing

@testable import SRS

@Suite struct SteadyClockWatchTests {
    /// Two clocks that the test turns.
    private final class Clocks: Sendable {
        private let now = Mutex((wall: 1_700_000_000, monotonic: 5_000_000))

        var clock: ServiceClock {
            ServiceClock(
                unixSeconds: { self.now.withLock { $0.wall } },
                monotonic: { MonotonicInstant(milliseconds: self.now.withLock { $0.monotonic }) })
        }

        func pass(_ seconds: Int, step: Int = 0) {
            now.withLock {
                $0.wall += seconds + step
                $0.monotonic += seconds * 1_000
            }
        }
    }

    private func look(_ watch: inout SteadyClockWatch, _ clocks: Clocks) -> Bool {
        watch.isTrusted(clocks.clock)
    }

    private func hour(_ watch: inout SteadyClockWatch, _ clocks: Clocks) -> [Bool] {
        (0..<360).map { _ in
            clocks.pass(10)
            return watch.isTrusted(clocks.clock)
        }
    }

    @Test func anHourOfEvenTime() {
        let clocks = Clocks()
        var watch = SteadyClockWatch()
        #expect(!look(&watch, clocks))
        let trusted = hour(&watch, clocks)
        #expect(trusted.filter { $0 }.count == 1 && trusted.last == true)
        clocks.pass(86_400)
        #expect(look(&watch, clocks))
    }

    @Test(arguments: [61, -61, 86_400 * 400, -86_400 * 400]) func aStepBeginsAnew(step: Int) {
        let clocks = Clocks()
        var watch = SteadyClockWatch()
        _ = watch.isTrusted(clocks.clock)
        #expect(hour(&watch, clocks).last == true)
        clocks.pass(1, step: step)
        #expect(!look(&watch, clocks))
        let trusted = hour(&watch, clocks)
        #expect(trusted.filter { $0 }.count == 1 && trusted.last == true)
    }

    @Test func aSmallCorrectionIsNoStep() {
        let clocks = Clocks()
        var watch = SteadyClockWatch()
        _ = watch.isTrusted(clocks.clock)
        _ = hour(&watch, clocks)
        clocks.pass(1, step: -50)
        #expect(look(&watch, clocks))
    }
}
