internal import CPosternSupport

/// The clock for deadlines and intervals: CLOCK_MONOTONIC, the same in every process of the host.
///
/// It counts from boot, never steps, and means nothing on another host.
public enum MonotonicClock {
    /// The time since boot in milliseconds.
    public static func milliseconds() -> Int64 { postern_monotonic_ms() }

    /// The time since boot in microseconds.
    public static func microseconds() -> Int64 { postern_monotonic_us() }
}
