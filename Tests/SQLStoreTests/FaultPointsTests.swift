import Glibc
import SuiteFixture
import Testing

@testable import SQLStore

/// A child process counts messages one by one and is killed at a fault point; what it left is then what it must be.
@Suite(.serialized) struct FaultPointsTests {
    private struct Outcome {
        var signal: Int32
        var replies: [String]
    }

    private let directory: TemporaryDirectory
    private let messages = 6

    init() throws { directory = try TemporaryDirectory() }

    /// The child stands beside the tests in the build directory.
    private var probe: String {
        var buffer = [CChar](repeating: 0, count: 4096)
        let length = max(0, readlink("/proc/self/exe", &buffer, buffer.count - 1))
        let path = String(decoding: buffer.prefix(length).map { UInt8(bitPattern: $0) }, as: UTF8.self)
        let folder = path.split(separator: "/").dropLast().joined(separator: "/")
        return "/\(folder)/StoreFaultProbe"
    }

    private func run(_ fault: String) throws -> Outcome {
        var pipeEnds: [Int32] = [0, 0]
        try #require(pipe(&pipeEnds) == 0)
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        posix_spawn_file_actions_adddup2(&actions, pipeEnds[1], 1)
        var child: pid_t = 0
        let arguments = [probe, directory.database, String(messages)]
        let result = withStrings(arguments) { argv in
            withStrings(["POSTERN_FAULT=\(fault)", "POSTERN_TRACE=1"]) { environment in
                posix_spawn(&child, probe, &actions, nil, argv, environment)
            }
        }
        posix_spawn_file_actions_destroy(&actions)
        close(pipeEnds[1])
        defer { close(pipeEnds[0]) }
        try #require(result == 0, "the probe is missing: \(probe)")
        let output = readAll(pipeEnds[0])
        var status: Int32 = 0
        waitpid(child, &status, 0)
        return Outcome(signal: status & 0x7f, replies: output.split(separator: "\n").map(String.init))
    }

    private func withStrings<Value>(
        _ strings: [String], _ body: (UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>) -> Value
    ) -> Value {
        var pointers = strings.map { strdup($0) } + [nil]
        defer { pointers.forEach { free($0) } }
        return body(&pointers)
    }

    private func readAll(_ descriptor: Int32) -> String {
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 4096)
        while case let count = read(descriptor, &buffer, buffer.count), count > 0 {
            bytes += buffer.prefix(count)
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    private func traced() throws -> [String] {
        let connection = try SQLiteConnection(directory.configuration())
        return try connection.query("SELECT verdict FROM postern_trace ORDER BY seq").compactMap { $0[0].textValue }
    }

    private func counted() throws -> Int {
        let connection = try SQLiteConnection(directory.configuration())
        return Int(try connection.query("SELECT n FROM counter").first?.first?.integerValue ?? 0)
    }

    private func expected(_ count: Int, _ kind: String) -> [String] {
        (0..<count).map { "\(kind) \($0 + 1)" }
    }

    @Test func killedBeforeCommitNothingOfTheBatchIsThere() throws {
        let first = try run("before-commit:3")
        #expect(first.signal == SIGKILL)
        #expect(first.replies == expected(2, "decided"))
        #expect(try counted() == 2)
        let second = try run("")
        #expect(second.signal == 0)
        #expect(second.replies == expected(2, "repeated") + ["decided 3", "decided 4", "decided 5", "decided 6"])
        #expect(try counted() == messages)
        #expect(try traced() == (1...messages).map(String.init))
    }

    @Test func killedAfterCommitTheVerdictIsThereForTheRetry() throws {
        let first = try run("after-commit:3")
        #expect(first.signal == SIGKILL)
        #expect(first.replies == expected(2, "decided"))
        #expect(try counted() == 3)
        let second = try run("")
        #expect(second.replies == expected(3, "repeated") + ["decided 4", "decided 5", "decided 6"])
        #expect(try counted() == messages)
        #expect(try traced() == (1...messages).map(String.init))
    }
}
