internal import Glibc

/// The two clocks a service looks at, as values that a test replaces.
public struct ServiceClock: Sendable {
    /// Wall-clock time in whole Unix seconds; may step.
    public var unixSeconds: @Sendable () -> Int
    /// CLOCK_MONOTONIC; never steps.
    public var monotonic: @Sendable () -> MonotonicInstant

    /// A pair of clocks.
    public init(
        unixSeconds: @escaping @Sendable () -> Int, monotonic: @escaping @Sendable () -> MonotonicInstant
    ) {
        self.unixSeconds = unixSeconds
        self.monotonic = monotonic
    }

    /// The clocks of this machine.
    public static let system = ServiceClock(
        unixSeconds: { Glibc.time(nil) },
        monotonic: { MonotonicInstant.now }
    )
}
