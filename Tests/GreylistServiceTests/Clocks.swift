import ServiceProtocol
import Synchronization

/// Two clocks that stand until they are set.
final class FakeClock: Sendable {
    static let start = 1_700_000_000
    private let unix = Atomic<Int>(FakeClock.start)
    private let monotonic = Atomic<Int>(5_000_000)

    var clock: ServiceClock {
        ServiceClock(
            unixSeconds: { self.unix.load(ordering: .relaxed) },
            monotonic: { MonotonicInstant(milliseconds: self.monotonic.load(ordering: .relaxed)) })
    }

    var now: Int { unix.load(ordering: .relaxed) }

    /// Lets time pass on both clocks.
    func advance(_ seconds: Int) {
        unix.add(seconds, ordering: .relaxed)
        monotonic.add(seconds * 1000, ordering: .relaxed)
    }

    /// Sets the wall clock only.
    func step(_ seconds: Int) {
        unix.add(seconds, ordering: .relaxed)
    }
}
