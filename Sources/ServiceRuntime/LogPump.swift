internal import Glibc

/// What the writer's thread does: take a batch, write it, say what was lost.
struct LogPump: Sendable {
    private static let firstPause: UInt32 = 100_000
    private static let longestPause: UInt32 = 1_000_000

    let queue: LogQueue
    private var sink: any LogSink
    private var text: [UInt8] = []

    init(queue: LogQueue, sink: any LogSink) {
        self.queue = queue
        self.sink = sink
    }

    consuming func run() {
        var batch = LogBatch()
        var dropped: UInt64 = 0
        while queue.take(into: &batch, lost: &dropped) {
            let lost = write(batch, dropped: dropped)
            queue.finished(lines: batch.count, lost: lost)
            batch.removeAll()
        }
    }

    private mutating func write(_ batch: LogBatch, dropped: UInt64) -> Int {
        var lost = 0
        var last: Int64 = 0
        batch.forEach { line, raw in
            last = line.time
            text.removeAll(keepingCapacity: true)
            LogText.append(raw, to: &text)
            lost += deliver(line)
        }
        if dropped > 0 {
            text = Array("\(dropped) log lines dropped: the destination was too slow".utf8)
            lost += deliver(LogLine(severity: 4, time: last))
        }
        return lost + settle { pump in pump.sink.finish() }
    }

    private mutating func deliver(_ line: LogLine) -> Int {
        settle { pump in pump.sink.deliver(line, text: pump.text) }
    }

    /// Repeats until the destination is back; only the end of the writer makes it give up. Returns the lines lost.
    private mutating func settle(_ attempt: (inout LogPump) -> LogDelivery) -> Int {
        var pause = Self.firstPause
        while true {
            switch attempt(&self) {
            case .done: return 0
            case .lost(let count): return count
            case .away:
                if queue.hasClosed { return 1 }
                usleep(pause)
                pause = min(pause * 2, Self.longestPause)
            }
        }
    }
}
