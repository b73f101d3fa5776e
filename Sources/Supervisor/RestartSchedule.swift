/// How long to wait before a program that ended is started again: not at all, then longer and longer, never for ever.
public struct RestartSchedule: Equatable, Sendable {
    /// The second wait, in milliseconds; each further one is twice as long.
    public var first: Int64
    /// The longest wait, in milliseconds. A program that ran for longer than this begins anew without a wait.
    public var longest: Int64

    private var failures = 0

    /// A schedule that has seen no failure.
    public init(first: Int64 = 100, longest: Int64 = 1_000) {
        self.first = first
        self.longest = longest
    }

    /// The wait in milliseconds after a program ended that had run for `milliseconds`.
    public mutating func delay(afterRunningFor milliseconds: Int64) -> Int64 {
        if milliseconds > longest { failures = 0 }
        defer { failures = min(failures + 1, 20) }
        return failures == 0 ? 0 : min(first << Int64(failures - 1), longest)
    }
}
