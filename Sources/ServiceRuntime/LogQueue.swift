internal import Glibc
internal import ServiceProtocol

/// The bounded buffer between those who log and the writer's thread.
///
/// Whoever appends holds the lock for one copy and never waits for the destination.
final class LogQueue: @unchecked Sendable {
    /// Ordinary lines wait this long for company, so that a busy service does not wake the thread for each.
    private static let gatheringTime: Int64 = 5
    /// So many bytes are company enough.
    private static let gatheringSize = 1 << 16
    /// From this severity on (RFC 5424: lower is worse) a line is written at once.
    private static let urgentSeverity: UInt8 = 4

    private let capacity: Int
    private let lock = ThreadCondition()
    private var pending = LogBatch()
    private var isUrgent = false
    private var isIdle = false
    private var isClosed = false
    private var droppedSinceTaken: UInt64 = 0
    private var dropped: UInt64 = 0
    private var appended: UInt64 = 0
    private var written: UInt64 = 0

    /// `capacity` in bytes.
    init(capacity: Int) {
        self.capacity = capacity
    }

    func append(_ line: LogLine, text: UnsafeRawBufferPointer) {
        // A line is cut at its limit anyway; one byte more lets the cut be seen.
        let text = UnsafeRawBufferPointer(rebasing: text.prefix(LogText.limit + 1))
        lock.withLock {
            guard !isClosed, pending.size + LogBatch.size(ofText: text.count) <= capacity else {
                countDropped(1)
                return
            }
            pending.append(line, text: text)
            appended &+= 1
            isUrgent = isUrgent || line.severity <= Self.urgentSeverity
            if isIdle || isReady { lock.wakeAll() }
        }
    }

    /// Waits for lines and swaps them with the empty `batch`; false: the queue is closed and empty.
    ///
    /// `lost` is how many were dropped since the last call.
    func take(into batch: inout LogBatch, lost: inout UInt64) -> Bool {
        lock.withLock {
            waitForLines()
            guard !pending.isEmpty else { return false }
            swap(&pending, &batch)
            lost = droppedSinceTaken
            droppedSinceTaken = 0
            isUrgent = false
            return true
        }
    }

    /// The writer is done with `lines` lines, of which it could not deliver `lost`.
    func finished(lines: Int, lost: Int) {
        lock.withLock {
            written &+= UInt64(clamping: lines)
            if lost > 0 { countDropped(UInt64(lost)) }
            lock.wakeAll()
        }
    }

    /// Waits until everything appended so far is written, at most `milliseconds`; false: it took longer.
    func flush(within milliseconds: Int64) -> Bool {
        let deadline = Int64(MonotonicInstant.now.milliseconds) &+ milliseconds
        return lock.withLock {
            let wanted = appended
            isUrgent = true
            lock.wakeAll()
            while written < wanted {
                guard lock.wait(until: deadline) else { return false }
            }
            return true
        }
    }

    /// Takes no more lines, and lets the writer's thread end after the last.
    func close() {
        lock.withLock {
            isClosed = true
            lock.wakeAll()
        }
    }

    var hasClosed: Bool { lock.withLock { isClosed } }

    /// All lines ever dropped.
    var droppedCount: UInt64 { lock.withLock { dropped } }

    private var isReady: Bool { isUrgent || isClosed || pending.size >= Self.gatheringSize }

    private func waitForLines() {
        isIdle = true
        while pending.isEmpty && !isClosed { lock.wait() }
        isIdle = false
        let deadline = Int64(MonotonicInstant.now.milliseconds) &+ Self.gatheringTime
        while !isReady && lock.wait(until: deadline) {}
    }

    private func countDropped(_ count: UInt64) {
        droppedSinceTaken &+= count
        dropped &+= count
    }
}
