internal import Glibc

/// A moment of CLOCK_MONOTONIC until which something may take.
struct StoreDeadline {
    private let end: Int

    init(milliseconds: Int) {
        end = StoreClock.system.monotonicMilliseconds() &+ milliseconds
    }

    /// What is left, in milliseconds, as poll wants it.
    var remaining: Int32 {
        Int32(clamping: max(0, end &- StoreClock.system.monotonicMilliseconds()))
    }

    /// Waits until one of the events is there.
    /// - Returns: The events, or nil when time is up.
    func wait(for events: Int32, on descriptor: Int32) -> Int32? {
        while true {
            var entry = pollfd(fd: descriptor, events: Int16(truncatingIfNeeded: events), revents: 0)
            let left = remaining
            let count = poll(&entry, 1, left)
            if count > 0 { return Int32(entry.revents) }
            if count == 0, left == 0 || remaining == 0 { return nil }
            if count < 0, errno != EINTR { return nil }
        }
    }
}
