import Glibc
import SuiteFixture
import Testing

@testable import ServiceRuntime

/// A daemon under a service manager, which here is a datagram socket: sd_notify(3).
@Suite(.serialized, .timeLimit(.minutes(1))) struct WatchedDaemonTests {
    /// What the manager asks for, in microseconds; the daemon feeds twice as often.
    private static let watchdog = 100_000

    private let directory: TemporaryDirectory
    private let manager: Int32

    init() throws {
        directory = try TemporaryDirectory()
        let descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        let address = try #require(UnixAddress(path: directory.path + "/notify"))
        #expect(address.withSocketAddress { bind(descriptor, $0, $1) } == 0)
        manager = descriptor
    }

    private func start(_ environment: [String: String]) throws -> ProbeProcess {
        let path = directory.path + "/postern.yaml"
        let file = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0o644)
        let text = Array("common: { hostname: mx.test, log: { destination: stderr, level: error } }\n".utf8)
        #expect(write(file, text, text.count) == text.count)
        close(file)
        let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        defer { close(listener) }
        #expect(listen(listener, 1) == 0)
        let all = ["NOTIFY_SOCKET": directory.path + "/notify"].merging(environment) { $1 }
        return try #require(
            ProbeProcess(["--config", path], descriptors: [listener], names: "check", environment: all))
    }

    /// The next notification; nil when none comes in this time.
    private func next(within milliseconds: Int32 = 10_000) -> String? {
        var waiting = pollfd(fd: manager, events: Int16(POLLIN), revents: 0)
        guard poll(&waiting, 1, milliseconds) > 0 else { return nil }
        var bytes = [UInt8](repeating: 0, count: 4_096)
        let count = recv(manager, &bytes, bytes.count, 0)
        return String(decoding: bytes.prefix(max(count, 0)), as: UTF8.self)
    }

    /// Readiness is told once, and the watchdog is fed for as long as the event loop turns. Then the process still lives
    /// and feeds nothing: this is what systemd restarts it for.
    @Test func theEventLoopFeedsTheWatchdogAndNothingElseDoes() throws {
        let daemon = try start(["WATCHDOG_USEC": "\(Self.watchdog)"])
        defer { close(manager) }
        var told: [String] = []
        while told.count < 10, let text = next() { told.append(text) }
        #expect(told.filter { $0 == "READY=1\nSTATUS=serving" }.count == 1)
        #expect(told.filter { $0 == "WATCHDOG=1" }.count == 9)

        daemon.send(SIGHUP)
        var text = next()
        while text == "WATCHDOG=1" { text = next() }
        #expect(text?.hasPrefix("RELOADING=1\n") == true)
        #expect(next(within: Int32(Self.watchdog / 1_000 * 10)) == nil, "its loop hangs, and something feeds")
        #expect(kill(daemon.process, 0) == 0)
        #expect(daemon.ended(within: 0) == nil)
    }

    @Test func withoutAWatchdogNothingIsFed() throws {
        let daemon = try start([:])
        defer { close(manager) }
        #expect(next() == "READY=1\nSTATUS=serving")
        #expect(next(within: 300) == nil)
        daemon.send(SIGTERM)
        #expect(next() == "STOPPING=1")
        #expect(daemon.ended() == 0)
    }
}
