internal import CSystemd
public import NIOCore

/// Feeds the service manager's watchdog from an event loop, and from nothing else.
///
/// A loop that hangs feeds nothing, and systemd (`WatchdogSec=`) restarts the service. Half of the interval is what
/// sd_watchdog_enabled(3) recommends.
public struct Watchdog: Sendable {
    /// How often the loop feeds.
    public let period: TimeAmount
    private let task: RepeatedTask

    /// Starts feeding if the service manager asked for it with WATCHDOG_USEC; else the result is nil.
    public static func start(on eventLoop: any EventLoop, notifier: ServiceNotifier = ServiceNotifier()) -> Watchdog? {
        var microseconds: UInt64 = 0
        guard sd_watchdog_enabled(0, &microseconds) > 0 else { return nil }
        return Watchdog(interval: microseconds, eventLoop: eventLoop) { notifier.watchdog() }
    }

    /// `interval` is the manager's limit in microseconds.
    init(interval: UInt64, eventLoop: any EventLoop, feed: @escaping @Sendable () -> Void) {
        let period = TimeAmount.microseconds(Int64(clamping: max(interval / 2, 1)))
        self.period = period
        task = eventLoop.scheduleRepeatedTask(initialDelay: .zero, delay: period) { _ in feed() }
    }

    /// Stops feeding. Only for a process that is not watched any more: a draining service goes on feeding.
    public func stop() { task.cancel() }
}
