internal import Glibc

/// A moment of CLOCK_MONOTONIC in microseconds since boot; the same for all processes of one host.
///
/// Every time limit is reckoned on it, so a step of the wall clock shortens or lengthens none.
public struct MonotonicInstant: Sendable, Hashable, Comparable {
    /// Microseconds since an arbitrary start.
    public var microseconds: Int

    /// The moment `microseconds` after the clock's start.
    public init(microseconds: Int) {
        self.microseconds = microseconds
    }

    /// The moment of a `deadline` attribute, in milliseconds. A peer's number is clamped, never trapped on.
    public init(milliseconds: Int) {
        let (product, overflow) = milliseconds.multipliedReportingOverflow(by: 1_000)
        microseconds = overflow ? (milliseconds < 0 ? .min : .max) : product
    }

    /// Whole milliseconds, as the `deadline` attribute carries them.
    public var milliseconds: Int { microseconds / 1_000 }

    /// The moment `milliseconds` later.
    public func advanced(byMilliseconds milliseconds: Int) -> MonotonicInstant {
        MonotonicInstant(microseconds: microseconds &+ milliseconds &* 1_000)
    }

    /// Microseconds from `earlier` to here.
    public func microseconds(since earlier: MonotonicInstant) -> Int {
        microseconds &- earlier.microseconds
    }

    /// The moment now.
    public static var now: MonotonicInstant {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return MonotonicInstant(microseconds: time.tv_sec * 1_000_000 + time.tv_nsec / 1_000)
    }

    /// Whether `left` is earlier than `right`.
    public static func < (left: MonotonicInstant, right: MonotonicInstant) -> Bool {
        left.microseconds < right.microseconds
    }
}
