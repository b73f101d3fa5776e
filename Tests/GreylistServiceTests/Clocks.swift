import ServiceProtocol
import Synchronization

/// Two clocks that stand until they are set. The monotonic one can run on by itself: where several are at work, MariaDB's
/// library sometimes loses a connection, and a store without one tries again after some time.
final class FakeClock: Sendable {
    static let start = 1_700_000_000
    private let unix = Atomic<Int>(FakeClock.start)
    private let monotonic = Atomic<Int>(5_000_000)
    private let runsSince: Int?

    init(isRunning: Bool = false) {
        runsSince = isRunning ? MonotonicInstant.now.milliseconds : nil
    }

    var clock: ServiceClock {
        ServiceClock(
            unixSeconds: { self.unix.load(ordering: .relaxed) },
            monotonic: { MonotonicInstant(milliseconds: self.monotonic.load(ordering: .relaxed) + self.run) })
    }

    private var run: Int { runsSince.map { MonotonicInstant.now.milliseconds - $0 } ?? 0 }

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
