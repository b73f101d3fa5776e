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

    /// The probe stands beside the tests in the build directory.
    private func run(_ fault: String) throws -> Outcome {
        let outcome = Command.run(
            "\(Suite.binaries)/StoreFaultProbe", [directory.database, String(messages)],
            environment: ["POSTERN_FAULT": fault, "POSTERN_TRACE": "1"])
        try #require(outcome.status != 127, "\(outcome.output)")
        let replies = outcome.output.split(separator: "\n").map(String.init)
        return Outcome(signal: max(outcome.status - 128, 0), replies: replies)
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
