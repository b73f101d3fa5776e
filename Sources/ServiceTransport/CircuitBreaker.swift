internal import ServiceProtocol

/// Leaves a service alone for a moment after it failed repeatedly, so that each request does not wait its full limit.
///
/// Counts in a row expired questions, useless answers, and questions that lost too many connections; a lost connection
/// whose questions were asked again does not count. After each pause one question is let through; its fate decides.
struct CircuitBreaker: Sendable {
    private let threshold: Int
    private let pauseMilliseconds: Int
    private var failuresInARow = 0
    private var shutUntil: MonotonicInstant?
    /// What the last answer found, for the case that it turns out to be useless.
    private var failuresBeforeAnswer = 0

    init(threshold: Int, pauseMilliseconds: Int) {
        self.threshold = threshold
        self.pauseMilliseconds = pauseMilliseconds
    }

    /// Whether it is open.
    var isOpen: Bool { shutUntil != nil }

    /// Whether a question may be asked now.
    mutating func allows(now: MonotonicInstant) -> Bool {
        guard let until = shutUntil else { return true }
        guard now >= until else { return false }
        shutUntil = now.advanced(byMilliseconds: pauseMilliseconds)
        return true
    }

    /// An answer came in. Returns whether that closed an open breaker.
    mutating func succeeded() -> Bool {
        failuresBeforeAnswer = failuresInARow
        failuresInARow = 0
        guard shutUntil != nil else { return false }
        shutUntil = nil
        return true
    }

    /// The last answer was no use after all. Returns whether that opened a closed breaker.
    mutating func wasUseless(now: MonotonicInstant) -> Bool {
        failuresInARow = max(failuresInARow, failuresBeforeAnswer)
        return failed(now: now)
    }

    /// A question failed. Returns whether that opened a closed breaker.
    mutating func failed(now: MonotonicInstant) -> Bool {
        failuresInARow += 1
        guard failuresInARow >= threshold else { return false }
        let wasOpen = isOpen
        shutUntil = now.advanced(byMilliseconds: pauseMilliseconds)
        return !wasOpen
    }
}
