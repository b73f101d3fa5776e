public import Logging
internal import Synchronization

/// The lines that a service logs, for a test to look at: `LEVEL: MESSAGE`.
public final class LogLines: Sendable {
    private let lines = Mutex<[String]>([])

    /// Nothing yet.
    public init() {}

    /// All of them, in order.
    public var all: [String] { lines.withLock { $0 } }

    /// A log that writes here what is at least as grave as `level`.
    public func logger(_ level: Logger.Level = .info) -> Logger {
        Logger(label: "test") { _ in Handler(lines: self, logLevel: level) }
    }

    private struct Handler: LogHandler {
        let lines: LogLines
        var metadata: Logger.Metadata = [:]
        var logLevel: Logger.Level

        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }

        func log(event: LogEvent) {
            lines.lines.withLock { $0.append("\(event.level): \(event.message)") }
        }
    }
}
