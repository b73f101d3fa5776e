import Glibc
import Logging
import NIOCore
import ServiceProtocol
import SuiteFixture
import Synchronization
import Testing

@testable import ServiceRuntime

@Suite(.timeLimit(.minutes(1))) struct LogWriterTests {
    /// Keeps what it is given; as long as it is held it blocks.
    final class Memory: Sendable {
        struct State {
            var lines: [(UInt8, String)] = []
            var isHeld = false
            var isAway = false
        }
        let state = Mutex(State())

        var texts: [String] { state.withLock { state in state.lines.map(\.1) } }
        func hold(_ isHeld: Bool) { state.withLock { state in state.isHeld = isHeld } }
        func setAway(_ isAway: Bool) { state.withLock { state in state.isAway = isAway } }
    }

    struct MemorySink: LogSink {
        let memory: Memory

        func deliver(_ line: LogLine, text: [UInt8]) -> LogDelivery {
            while memory.state.withLock({ state in state.isHeld }) { usleep(500) }
            return memory.state.withLock { state in
                if state.isAway { return .away }
                state.lines.append((line.severity, String(decoding: text, as: UTF8.self)))
                return .done
            }
        }

        func finish() -> LogDelivery { .done }
    }

    private let memory = Memory()

    private func writer(capacity: Int = LogWriter.defaultCapacity) throws -> LogWriter {
        try LogWriter(sink: MemorySink(memory: memory), capacity: capacity)
    }

    @Test func writesEveryKindOfBytesInOrder() throws {
        let writer = try writer()
        writer.write(level: .info, bytes: ByteBuffer(string: "one"))
        writer.write(level: .warning, bytes: Array("two\n".utf8))
        writer.write(level: .debug, text: "drei ü")
        #expect(writer.flush(within: 5_000))
        #expect(memory.texts == ["one", #"two\x0a"#, "drei ü"])
        #expect(memory.state.withLock { state in state.lines.map(\.0) } == [6, 4, 7])
    }

    @Test func losesNothingOfManyThreads() throws {
        let writer = try writer()
        let running = Atomic(4)
        for thread in 0..<4 {
            try DetachedThread.start("the test") {
                for number in 0..<2_000 { writer.write(level: .info, text: "\(thread) \(number)") }
                running.subtract(1, ordering: .releasing)
            }
        }
        #expect(eventually { running.load(ordering: .acquiring) == 0 })
        #expect(writer.flush(within: 5_000))
        for thread in 0..<4 {
            let own = memory.texts.filter { $0.hasPrefix("\(thread) ") }
            #expect(own == (0..<2_000).map { "\(thread) \($0)" })
        }
    }

    /// How many lines the notices say were dropped; there is one for each batch that met a full buffer.
    private func reported(_ lines: [String]) -> UInt64 {
        lines.reduce(0) { sum, line in
            let count = line.wholeMatch(of: /(\d+) log lines dropped: the destination was too slow/)?.1
            return sum + (count.flatMap { UInt64($0) } ?? 0)
        }
    }

    @Test func aHungDestinationCostsLinesAndNotTime() throws {
        memory.hold(true)
        let writer = try writer(capacity: 10_000)
        let line = String(repeating: "x", count: 87)
        let start = Int64(MonotonicInstant.now.milliseconds)
        for _ in 0..<10_000 { writer.write(level: .info, text: line) }
        #expect(Int64(MonotonicInstant.now.milliseconds) - start < 2_000)
        // 100 lines of 100 bytes fit; one batch more may be in the hands of the thread.
        #expect(writer.droppedLines >= 9_800 && writer.droppedLines <= 9_900)
        #expect(!writer.flush(within: 20))
        let dropped = writer.droppedLines
        memory.hold(false)
        #expect(writer.flush(within: 5_000))
        writer.write(level: .info, text: "last")
        #expect(writer.flush(within: 5_000))
        #expect(memory.texts.filter { $0 == line }.count == 10_000 - Int(dropped))
        #expect(reported(memory.texts) == dropped)
        #expect(memory.texts.last == "last")
    }

    @Test func aBlockedPipeDoesNotBlockTheCaller() throws {
        let pipe = Pipe()
        let identity = LogIdentity(name: "a", facility: .mail)
        let sink = StreamSink(descriptor: pipe.writing, layout: .journal, identity: identity)
        let writer = try LogWriter(sink: sink, capacity: 200_000)
        let line = String(repeating: "y", count: 996)
        for _ in 0..<1_000 { writer.write(level: .info, text: line) }
        #expect(!writer.flush(within: 20))
        // A pipe holds 65,536 bytes: pipe(7).
        let dropped = writer.droppedLines
        #expect(dropped > 500 && dropped < 1_000)
        var output = ""
        #expect(
            eventually {
                output += pipe.available()
                return writer.flush(within: 1)
            })
        output += pipe.available()
        let lines = output.split(separator: "\n")
        let isWhole = lines.allSatisfy { $0 == "<6>" + line || $0.hasPrefix("<4>") }
        #expect(isWhole)
        #expect(lines.count { $0.hasPrefix("<6>") } == 1_000 - Int(dropped))
        #expect(reported(lines.map { String($0.dropFirst(3)) }) == dropped)
    }

    @Test func waitsForADestinationThatIsAway() throws {
        memory.setAway(true)
        let writer = try writer()
        writer.write(level: .error, text: "kept")
        #expect(!writer.flush(within: 20))
        memory.setAway(false)
        #expect(writer.flush(within: 5_000))
        #expect(memory.texts == ["kept"])
    }

    @Test func givesUpADestinationThatIsAwayAtTheEnd() throws {
        memory.setAway(true)
        let writer = try writer()
        for _ in 0..<3 { writer.write(level: .error, text: "lost") }
        #expect(writer.close(within: 5_000))
        // The notice about the first batch may be lost with the second.
        #expect((3...4).contains(writer.droppedLines))
        #expect(memory.texts.isEmpty)
    }

    @Test func takesNothingAfterTheEnd() throws {
        let writer = try writer()
        writer.write(level: .info, text: "a")
        #expect(writer.close(within: 5_000))
        writer.write(level: .info, text: "b")
        #expect(writer.flush(within: 5_000))
        #expect(memory.texts == ["a"])
        #expect(writer.droppedLines == 1)
    }

    @Test func boundsALine() throws {
        let writer = try writer()
        writer.write(level: .info, text: String(repeating: "z", count: 100_000))
        #expect(writer.flush(within: 5_000))
        let line = try #require(memory.texts.first)
        #expect(line.hasSuffix("z...") && line.utf8.count <= LogText.limit)
    }

    @Test func theLogHandlerWritesMessageAndMetadata() throws {
        let writer = try writer()
        var logger = Logger(label: "test") { _ in PosternLogHandler(writer: writer, threshold: LogThreshold(.info)) }
        logger[metadataKey: "service"] = "srs"
        logger.debug("hidden")
        logger.notice("reload\nfailed", metadata: ["file": "a.yaml", "line": "7"])
        logger.critical("end", metadata: ["service": "own"])
        #expect(writer.flush(within: 5_000))
        #expect(memory.texts == [#"reload\x0afailed file=a.yaml line=7 service=srs"#, "end service=own"])
        #expect(memory.state.withLock { state in state.lines.map(\.0) } == [5, 2])
    }
}
