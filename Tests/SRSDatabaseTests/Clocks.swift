import ServiceProtocol
import Synchronization

/// Two clocks that stand until they are set; the monotonic one begins at the system's, by which deadlines go.
final class FakeClock: Sendable {
    private let unix = Atomic<Int>(1_700_000_000)
    private let monotonic = Atomic<Int>(MonotonicInstant.now.milliseconds)

    /// The day of its start.
    static let firstDay = 19_675

    var clock: ServiceClock {
        ServiceClock(
            unixSeconds: { self.unix.load(ordering: .relaxed) },
            monotonic: { MonotonicInstant(milliseconds: self.monotonic.load(ordering: .relaxed)) })
    }

    /// Lets time pass on both clocks.
    func advance(_ seconds: Int) {
        unix.add(seconds, ordering: .relaxed)
        monotonic.add(seconds * 1_000, ordering: .relaxed)
    }

    /// Sets the wall clock only.
    func step(_ seconds: Int) {
        unix.add(seconds, ordering: .relaxed)
    }
}
