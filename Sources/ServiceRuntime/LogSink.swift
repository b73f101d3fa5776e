/// A line on its way out: when it was written, how bad it is.
struct LogLine: Equatable {
    /// The syslog severity, 0 to 7.
    let severity: UInt8
    /// Microseconds since 1970.
    let time: Int64
}

/// What became of a line or a batch.
enum LogDelivery: Equatable {
    case done
    /// So many lines are lost: the destination is broken, and waiting would not help.
    case lost(Int)
    /// The destination is away; the same call may succeed later.
    case away
}

/// A destination, used by the writer's thread alone; any call may block.
protocol LogSink: Sendable {
    /// Takes one line of escaped text without a line break. It may be kept back until ``finish()``.
    mutating func deliver(_ line: LogLine, text: [UInt8]) -> LogDelivery
    /// The batch is over: nothing is kept back any longer.
    mutating func finish() -> LogDelivery
}
