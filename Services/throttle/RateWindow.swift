/// What has been counted of an account since a moment: a row of the table of counters. Times are Unix seconds.
public struct RateWindow: Sendable, Hashable {
    /// Messages so far.
    public var messages: Int64
    /// Bytes so far.
    public var quota: Int64
    /// When the window began; 0 is not known and means now.
    public var start: Int64
    /// When the last message was counted.
    public var last: Int64
    /// When the administrators were told last; 0 for never. Nothing here changes it.
    public var lastNotified: Int64
    /// The length in seconds.
    public var period: Int64

    /// A window as it is stored. Counts below zero, which another program may have left, are 0.
    public init(
        messages: Int64 = 0, quota: Int64 = 0, start: Int64, last: Int64, lastNotified: Int64 = 0, period: Int64
    ) {
        self.messages = max(0, messages)
        self.quota = max(0, quota)
        self.start = start
        self.last = last
        self.lastNotified = lastNotified
        self.period = period
    }

    /// An empty window that begins now.
    public init(startingAt now: Int64, period: Int64) {
        self.init(start: now, last: now, period: period)
    }

    /// Whether the window's last second is over.
    public func hasEnded(at now: Int64) -> Bool {
        now > start.saturatingAdding(period)
    }

    /// The window as it is now, under a rule of `period` seconds: empty and begun now when it has ended, or when it
    /// lies so far in the future that only a wrong clock can have made it. While the clock is a little behind, the
    /// window goes on as it is, so none begins earlier than before.
    public func current(at now: Int64, period: Int64) -> RateWindow {
        var window = self
        window.period = period
        if start == 0 {
            window.start = now
        } else if window.hasEnded(at: now) || start > now.saturatingAdding(period) {
            window = RateWindow(startingAt: now, period: period)
            window.lastNotified = lastNotified
        }
        return window
    }

    /// Adds messages and bytes. Counts stop at the largest number instead of beginning anew.
    public mutating func count(messages: Int64, bytes: Int64, at now: Int64) {
        self.messages = self.messages.saturatingAdding(messages)
        quota = quota.saturatingAdding(bytes)
        last = max(last, now)
    }

    /// What a counted limit looks at.
    func count(of limit: LimitName) -> Int64 {
        limit == .quota ? quota : messages
    }

    /// The seconds until the window ends, not below 0.
    func secondsLeft(at now: Int64) -> Int64 {
        max(0, start.saturatingAdding(period).saturatingAdding(now > .min ? -now : .max))
    }
}
