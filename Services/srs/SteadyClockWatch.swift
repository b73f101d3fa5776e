internal import ServiceProtocol

/// Tells whether the system's clock can be trusted with deleting what has expired: a clock that is wrong for a moment,
/// as before its first synchronisation, must not cost what cannot be had again.
struct SteadyClockWatch: Sendable {
    /// For so long it must have gone as evenly as CLOCK_MONOTONIC, in milliseconds.
    static let trial = 3_600_000

    /// The seconds it may be set by without being taken for another clock.
    static let tolerance = 60

    private var last: (seconds: Int, milliseconds: Int)?
    private var evenSince = 0

    /// A watch that has not seen a clock.
    init() {}

    /// Looks at the clocks, which is to be done again and again.
    mutating func isTrusted(_ clock: ServiceClock) -> Bool {
        let now = (seconds: clock.unixSeconds(), milliseconds: Int(clock.monotonic().milliseconds))
        defer { last = now }
        guard let last, isEven(from: last, to: now) else {
            evenSince = now.milliseconds
            return false
        }
        return now.milliseconds - evenSince >= Self.trial
    }

    private func isEven(from old: (seconds: Int, milliseconds: Int), to new: (seconds: Int, milliseconds: Int)) -> Bool
    {
        let elapsed = (new.milliseconds - old.milliseconds) / 1_000
        return (new.seconds &- old.seconds &- elapsed).magnitude <= UInt(Self.tolerance)
    }
}
