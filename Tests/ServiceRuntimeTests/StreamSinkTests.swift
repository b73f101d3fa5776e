import Glibc
import Testing

@testable import ServiceRuntime

@Suite struct StreamSinkTests {
    private let identity = LogIdentity(name: "greylist", facility: .mail, process: 42)

    private func output(_ layout: StreamSink.Layout, _ lines: [(UInt8, String)]) -> String {
        let pipe = Pipe()
        var sink = StreamSink(descriptor: pipe.writing, layout: layout, identity: identity)
        for (severity, text) in lines {
            _ = sink.deliver(LogLine(severity: severity, time: 1_767_225_600_123_456), text: Array(text.utf8))
        }
        #expect(sink.finish() == .done)
        return pipe.available()
    }

    @Test func journalLinesHaveTheirPriority() {
        #expect(output(.journal, [(6, "a"), (3, "b"), (7, "")]) == "<6>a\n<3>b\n<7>\n")
    }

    @Test func plainLinesHaveTimeNameAndLabel() throws {
        let lines = output(.plain, [(6, "a"), (5, "b"), (4, "c"), (3, "d"), (2, "e"), (7, "f")]).split(separator: "\n")
        let wanted = ["a", "b", "warning: c", "error: d", "fatal: e", "debug: f"]
        #expect(lines.map { $0.drop { $0 != " " } } == wanted.map { " postern/greylist[42]: \($0)" })
        let time = try #require(lines.first?.prefix { $0 != " " })
        #expect(time.wholeMatch(of: /20(25-12-31|26-01-01)T\d\d:\d\d:\d\d\.123[+-]\d\d:\d\d/) != nil)
    }

    @Test func aLineIsNotTornApartInASharedPipe() {
        let pipe = Pipe(packets: true)
        var sink = StreamSink(descriptor: pipe.writing, layout: .journal, identity: identity)
        let text = [UInt8](repeating: 0x61, count: 1_500)
        for _ in 0..<8 { _ = sink.deliver(LogLine(severity: 6, time: 0), text: text) }
        _ = sink.finish()
        var sizes: [Int] = []
        while let packet = pipe.packet() {
            #expect(packet.last == UInt8(ascii: "\n"))
            sizes.append(packet.count)
        }
        #expect(sizes.reduce(0, +) == 8 * 1_504 && sizes.allSatisfy { $0 <= 4_096 })
    }

    @Test func aBrokenPipeLosesTheLines() {
        ProcessSignal.ignoreBrokenPipes()
        let pipe = Pipe()
        var sink = StreamSink(descriptor: pipe.writing, layout: .journal, identity: identity)
        pipe.closeReading()
        for _ in 0..<3 { #expect(sink.deliver(LogLine(severity: 6, time: 0), text: [0x61]) == .done) }
        #expect(sink.finish() == .lost(3))
        #expect(sink.finish() == .done)
    }
}

/// A pipe that is closed with the object; with `packets`, each write(2) is read by itself.
final class Pipe: @unchecked Sendable {
    let writing: Int32
    private var reading: Int32

    init(packets: Bool = false) {
        var ends: [Int32] = [-1, -1]
        if packets {
            _ = socketpair(AF_UNIX, Int32(SOCK_SEQPACKET.rawValue | SOCK_CLOEXEC.rawValue), 0, &ends)
        } else {
            _ = pipe(&ends)
        }
        (reading, writing) = (ends[0], ends[1])
    }

    /// What can be read now.
    func available() -> String {
        var result: [UInt8] = []
        while let bytes = packet() { result += bytes }
        return String(decoding: result, as: UTF8.self)
    }

    func packet() -> [UInt8]? {
        var waiting = pollfd(fd: reading, events: Int16(POLLIN), revents: 0)
        guard poll(&waiting, 1, 0) == 1, waiting.revents & Int16(POLLIN) != 0 else { return nil }
        var bytes = [UInt8](repeating: 0, count: 1 << 16)
        let count = read(reading, &bytes, bytes.count)
        return count > 0 ? Array(bytes.prefix(count)) : nil
    }

    func closeReading() {
        close(reading)
        reading = -1
    }

    deinit {
        close(writing)
        if reading >= 0 { close(reading) }
    }
}
