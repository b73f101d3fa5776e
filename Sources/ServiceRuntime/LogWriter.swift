internal import Glibc
public import Logging
public import NIOCore

/// The one way to the log: any thread hands over lines, one thread writes them.
///
/// A destination that hangs fills a bounded buffer and then costs lines, never time: what is dropped is counted, and
/// the count is logged when the destination takes lines again. Text is escaped on the writer's thread, so callers pass
/// what they have.
public final class LogWriter: Sendable {
    /// The default bound of what waits: 8 MiB.
    public static let defaultCapacity = 8 << 20

    private let queue: LogQueue

    /// Starts the writer's thread.
    ///
    /// - Parameters:
    ///   - name: The service: lines carry `postern/NAME[PID]`.
    ///   - destination: Where the lines go.
    ///   - facility: The syslog facility; Postfix's own is `mail`.
    ///   - capacity: The bound of what waits, in bytes.
    /// - Throws: ``SystemError`` if there is no thread to be had.
    public convenience init(
        name: String, destination: LogDestination = .automatic, facility: LogFacility = .mail,
        capacity: Int = LogWriter.defaultCapacity
    ) throws(SystemError) {
        let identity = LogIdentity(name: name, facility: facility)
        try self.init(sink: destination.sink(identity: identity, surroundings: .current()), capacity: capacity)
    }

    init(sink: any LogSink, capacity: Int = LogWriter.defaultCapacity) throws(SystemError) {
        let queue = LogQueue(capacity: capacity)
        self.queue = queue
        try DetachedThread.start("the log") { LogPump(queue: queue, sink: sink).run() }
    }

    deinit { queue.close() }

    /// How many lines were dropped since the start.
    public var droppedLines: UInt64 { queue.droppedCount }

    /// Hands over one line of raw bytes, without a line break; never waits for the destination.
    public func write(level: Logger.Level, bytes: UnsafeRawBufferPointer) {
        queue.append(LogLine(severity: level.severity, time: Self.now()), text: bytes)
    }

    /// Hands over one line: the readable bytes of a buffer.
    public func write(level: Logger.Level, bytes: ByteBuffer) {
        bytes.withUnsafeReadableBytes { write(level: level, bytes: $0) }
    }

    /// Hands over one line.
    public func write(level: Logger.Level, bytes: [UInt8]) {
        bytes.withUnsafeBytes { write(level: level, bytes: $0) }
    }

    /// Hands over one line.
    public func write(level: Logger.Level, text: String) {
        var text = text
        text.withUTF8 { write(level: level, bytes: UnsafeRawBufferPointer($0)) }
    }

    /// Waits until all lines handed over so far are written, at most `milliseconds`; false: it took longer.
    ///
    /// For the end of a process, and not on an event loop before that.
    @discardableResult
    public func flush(within milliseconds: Int64) -> Bool { queue.flush(within: milliseconds) }

    /// Takes no more lines, and waits for the last at most `milliseconds`; false: some may be lost.
    @discardableResult
    public func close(within milliseconds: Int64) -> Bool {
        queue.close()
        return queue.flush(within: milliseconds)
    }

    /// Microseconds since 1970.
    private static func now() -> Int64 {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1_000
    }
}
