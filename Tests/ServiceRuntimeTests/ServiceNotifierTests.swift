import Glibc
import ServiceProtocol
import SuiteFixture
import Testing

@testable import ServiceRuntime

// Serialized: NOTIFY_SOCKET belongs to the whole process.
@Suite(.serialized) struct ServiceNotifierTests {
    private let directory: TemporaryDirectory

    init() throws {
        directory = try TemporaryDirectory()
    }

    private func sent(_ notify: (ServiceNotifier) -> Void) throws -> String {
        let path = directory.path + "/notify"
        unlink(path)
        let descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        defer { close(descriptor) }
        let address = try #require(UnixAddress(path: path))
        #expect(address.withSocketAddress { bind(descriptor, $0, $1) } == 0)
        setenv("NOTIFY_SOCKET", path, 1)
        defer { unsetenv("NOTIFY_SOCKET") }
        notify(ServiceNotifier())
        var bytes = [UInt8](repeating: 0, count: 4_096)
        let count = recv(descriptor, &bytes, bytes.count, Int32(MSG_DONTWAIT))
        return String(decoding: bytes.prefix(max(count, 0)), as: UTF8.self)
    }

    @Test func saysWhatSystemdReads() throws {
        #expect(try sent { $0.ready() } == "READY=1")
        #expect(try sent { $0.ready(status: "serving") } == "READY=1\nSTATUS=serving")
        #expect(try sent { $0.stopping(status: "draining") } == "STOPPING=1\nSTATUS=draining")
        #expect(try sent { $0.watchdog() } == "WATCHDOG=1")
        #expect(try sent { $0.status("a\nREADY=1\r\nb") } == "STATUS=a READY=1 b")
    }

    @Test func aReloadCarriesTheTime() throws {
        let before = Int64(MonotonicInstant.now.microseconds)
        let text = try sent { $0.reloading() }
        let after = Int64(MonotonicInstant.now.microseconds)
        let lines = text.split(separator: "\n")
        #expect(lines.first == "RELOADING=1")
        let time = try #require(lines.last?.split(separator: "=").last.flatMap { Int64($0) })
        #expect(lines.last?.hasPrefix("MONOTONIC_USEC=") == true && (before...after).contains(time))
    }

    @Test func aFailedStartTakesItsTimeUnderAServiceManager() throws {
        var waits: [UInt32] = []
        let text = try sent { notifier in
            FailedStart.pause(because: StartError("no sockets\nat all"), notifier: notifier) { waits.append($0) }
        }
        #expect(text == "STATUS=cannot start: no sockets")
        #expect(waits == [FailedStart.pause])
    }

    @Test func aFailedStartEndsAtOnceWithoutOne() {
        unsetenv("NOTIFY_SOCKET")
        FailedStart.pause(because: StartError("no sockets")) { _ in Issue.record("waited") }
    }
}
