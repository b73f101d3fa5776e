import Glibc
import SQLStore

/// One message to count.
struct Message: RecordingOperation {
    var key: RecordingKeyBytes?
    var check: String { "throttle" }
    var deadline: Int { Int.max }
    var isDryRun: Bool { false }
}

/// Counts messages in one row.
struct Counter: RecordingHandler {
    static let schema = SQLSchema(
        component: "probe",
        steps: ["CREATE TABLE counter (n INTEGER NOT NULL); INSERT INTO counter (n) VALUES (0);"])

    func decide(_ operations: [Message], now: Int, in connection: SQLiteConnection) throws -> [String] {
        try operations.map { _ in
            try connection.execute("UPDATE counter SET n = n + 1")
            let number = try connection.query("SELECT n FROM counter").first?.first?.integerValue ?? -1
            return String(number)
        }
    }
}

/// A line for the tests, written at once: the process may be killed before it could flush anything.
func line(_ result: RecordingResult<String>) -> String {
    switch result {
    case .decided(let verdict): "decided \(verdict)\n"
    case .repeated(let verdict): "repeated \(verdict)\n"
    case .expired, .unavailable, .failed: "\(result)\n"
    }
}

/// Counts messages one by one through a recording store and prints each reply. The tests let it be killed at a fault
/// point. Arguments: the database, the number of messages.
func run(_ arguments: [String]) throws {
    guard arguments.count == 3, let messages = UInt64(arguments[2]) else { exit(64) }
    let path = arguments[1]
    var ends: [Int32] = [0, 0]
    guard pipe(&ends) == 0 else { exit(71) }
    let done = ends[1]
    let store = try RecordingStore(
        name: "probe", handler: Counter(),
        open: { try SQLiteConnection(SQLiteConfiguration(path: path), schema: Counter.schema) })
    for number in 0..<messages {
        let message = Message(key: RecordingKeyBytes(high: 1, low: number))
        let isAccepted = store.submit(message) { result in
            let text = line(result)
            _ = write(1, text, text.utf8.count)
            _ = write(done, "x", 1)
        }
        var byte: UInt8 = 0
        guard isAccepted, read(ends[0], &byte, 1) == 1 else { exit(70) }
    }
    store.stop()
}

try run(CommandLine.arguments)
