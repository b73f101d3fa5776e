import Glibc

/// The two clocks of a store, injected so that tests can turn them.
public struct StoreClock: Sendable {
    /// Seconds since 1970, as the system believes; may step in both directions.
    public var unixSeconds: @Sendable () -> Int
    /// CLOCK_MONOTONIC in milliseconds, as in a request's `deadline`; never goes back while the host is up, and is the
    /// same in all processes of the host.
    public var monotonicMilliseconds: @Sendable () -> Int

    /// Makes a clock of two readings.
    public init(unixSeconds: @escaping @Sendable () -> Int, monotonicMilliseconds: @escaping @Sendable () -> Int) {
        self.unixSeconds = unixSeconds
        self.monotonicMilliseconds = monotonicMilliseconds
    }

    /// The system's clocks.
    public static let system = StoreClock(
        unixSeconds: { Int(read(CLOCK_REALTIME).tv_sec) },
        monotonicMilliseconds: {
            let time = read(CLOCK_MONOTONIC)
            return Int(time.tv_sec) * 1000 + Int(time.tv_nsec) / 1_000_000
        })

    private static func read(_ clock: clockid_t) -> timespec {
        var time = timespec()
        clock_gettime(clock, &time)
        return time
    }
}

/// Unix time that never goes back. When the system's clock is set back, time goes on at the pace of the monotonic
/// clock: standing still would keep every waiting triplet and every window where it is until the old hour returns.
struct SteadyTime {
    private var anchorSeconds = Int.min
    private var anchorMilliseconds = 0

    /// The time now, in seconds since 1970; never less than the call before.
    mutating func read(_ clock: StoreClock) -> Int {
        read(clock.unixSeconds(), clock.monotonicMilliseconds())
    }

    /// The time now, given what a clock that may be set and one that may not say.
    mutating func read(_ wall: Int, _ monotonic: Int) -> Int {
        let elapsed = anchorSeconds == Int.min ? 0 : max(0, monotonic &- anchorMilliseconds) / 1000
        let carried = anchorSeconds &+ elapsed
        guard wall > carried else { return carried }
        anchorSeconds = wall
        anchorMilliseconds = monotonic
        return wall
    }
}
