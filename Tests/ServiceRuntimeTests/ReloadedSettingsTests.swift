import Configuration
import Logging
import ServiceProtocol
import Testing

@testable import ServiceRuntime

/// What of the mapping `common` a running process takes over.
@Suite struct ReloadedSettingsTests {
    private static func common(_ text: String) throws -> CommonConfiguration {
        try ConfigurationDocument(text: "common: {\(text)}", file: "f").read { top in
            CommonConfiguration(from: top.mapping("common"))
        }
    }

    @Test(arguments: Logger.Level.allCases) func theThresholdMovesForAllLoggers(_ level: Logger.Level) throws {
        let threshold = LogThreshold(.info)
        let writer = try LogWriter(name: "test", destination: .standardError)
        var logger = Logger(label: "a") { _ in PosternLogHandler(writer: writer, threshold: threshold) }
        let copy = logger
        threshold.level = level
        #expect(logger.logLevel == level)
        #expect(copy.logLevel == level)
        // One that was given its own keeps it.
        logger.logLevel = .critical
        threshold.level = .info
        #expect(logger.logLevel == .critical)
        #expect(copy.logLevel == .info)
    }

    @Test(
        arguments: [
            ("", []), ("log: {level: debug}", []), ("trusted-networks: [192.0.2.1]", []),
            ("hostname: other.example", []), ("log: {destination: stderr}", ["log.destination"]),
            ("log: {facility: local1}", ["log.facility"]), ("runtime-directory: /x", ["runtime-directory"]),
            ("state-directory: /x, log: {facility: daemon}", ["state-directory", "log.facility"]),
        ] as [(String, [String])])
    func whatNeedsARestartIsNamed(_ text: String, _ keys: [String]) throws {
        #expect(try Self.common("").keysNeedingRestart(Self.common(text)) == keys)
    }
}
