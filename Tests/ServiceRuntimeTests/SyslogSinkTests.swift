import Glibc
import SuiteFixture
import Testing

@testable import ServiceRuntime

@Suite struct SyslogSinkTests {
    private let directory: TemporaryDirectory

    init() throws {
        directory = try TemporaryDirectory()
    }
    private var path: String { directory.path + "/log" }

    private func sink() -> SyslogSink {
        SyslogSink(identity: LogIdentity(name: "srs", facility: .mail, process: 7), path: path)
    }

    private func listener() throws -> Int32 {
        unlink(path)
        let descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        let address = try #require(UnixAddress(path: path))
        #expect(address.withSocketAddress { bind(descriptor, $0, $1) } == 0)
        return descriptor
    }

    private func datagram(_ descriptor: Int32) -> String {
        var bytes = [UInt8](repeating: 0, count: 1 << 16)
        let count = recv(descriptor, &bytes, bytes.count, Int32(MSG_DONTWAIT))
        return String(decoding: bytes.prefix(max(count, 0)), as: UTF8.self)
    }

    @Test func sendsWhatSyslogSends() throws {
        let listener = try listener()
        defer { close(listener) }
        var sink = sink()
        #expect(sink.deliver(LogLine(severity: 6, time: 1_767_225_600_000_000), text: Array("hello".utf8)) == .done)
        let line = datagram(listener)
        let form = /<22>[A-Z][a-z][a-z] [ \d]\d \d\d:\d\d:\d\d postern\/srs\[7\]: hello/
        #expect(line.wholeMatch(of: form) != nil, "\(line)")
        #expect(sink.deliver(LogLine(severity: 4, time: 0), text: Array("x".utf8)) == .done)
        let warning = datagram(listener)
        #expect(warning.hasPrefix("<20>") && warning.hasSuffix(" postern/srs[7]: warning: x"))
    }

    @Test func findsADaemonThatWasRestarted() throws {
        let first = try listener()
        var sink = sink()
        let line = LogLine(severity: 6, time: 0)
        #expect(sink.deliver(line, text: [0x61]) == .done)
        close(first)
        #expect(sink.deliver(line, text: [0x62]) == .away)
        let second = try listener()
        defer { close(second) }
        #expect(sink.deliver(line, text: [0x63]) == .done)
        #expect(datagram(second).hasSuffix(": c"))
    }

    @Test func isAwayWithoutADaemon() {
        var sink = sink()
        #expect(sink.deliver(LogLine(severity: 6, time: 0), text: []) == .away)
    }
}
