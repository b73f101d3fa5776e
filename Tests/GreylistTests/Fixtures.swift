import Configuration
import Glibc
import Logging
import MailTypes
import PostfixProtocol
import SQLStore
import ServiceProtocol
import Synchronization
import Testing

@testable import Greylist

/// A directory with one database file, which goes away with the value.
final class TemporaryDirectory: Sendable {
    let path: String

    init() {
        var template = Array("/tmp/greylist-XXXXXX".utf8CString)
        path = mkdtemp(&template).map { String(cString: $0) } ?? "/nonexistent"
    }

    deinit {
        for name in ["greylist.db", "greylist.db-wal", "greylist.db-shm"] { unlink("\(path)/\(name)") }
        rmdir(path)
    }

    var database: String { "\(path)/greylist.db" }
}

/// Two clocks that stand until they are set.
final class FakeClock: Sendable {
    static let start = 1_700_000_000
    private let unix = Atomic<Int>(FakeClock.start)
    private let monotonic = Atomic<Int>(5_000_000)

    var clock: ServiceClock {
        ServiceClock(
            unixSeconds: { self.unix.load(ordering: .relaxed) },
            monotonic: { MonotonicInstant(milliseconds: self.monotonic.load(ordering: .relaxed)) })
    }

    var now: Int { unix.load(ordering: .relaxed) }

    /// Lets time pass on both clocks.
    func advance(_ seconds: Int) {
        unix.add(seconds, ordering: .relaxed)
        monotonic.add(seconds * 1000, ordering: .relaxed)
    }

    /// Sets the wall clock only.
    func step(_ seconds: Int) {
        unix.add(seconds, ordering: .relaxed)
    }
}

/// Keeps lines that were logged.
final class LogLines: Sendable {
    private let lines = Mutex<[String]>([])

    var all: [String] { lines.withLock { $0 } }

    func add(_ line: String) {
        lines.withLock { $0.append(line) }
    }

    var logger: Logger {
        Logger(label: "greylist") { _ in LineHandler(lines: self) }
    }
}

struct LineHandler: LogHandler {
    let lines: LogLines
    var metadata: Logger.Metadata = [:]
    var logLevel = Logger.Level.debug

    init(lines: LogLines) {
        self.lines = lines
    }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        lines.add("\(event.level): \(event.message)")
    }
}

/// Reads the mappings `greylist` and `common` of a configuration.
func configuration(
    _ text: String, directory: TemporaryDirectory
) throws -> (greylist: GreylistConfiguration, common: CommonConfiguration) {
    let whole = """
        common: {state-directory: "\(directory.path)", trusted-networks: [198.51.100.0/24]}
        greylist: {\(text)}
        """
    return try ConfigurationDocument(text: whole, file: "test.yaml").read { top in
        let common = CommonConfiguration(from: top.mapping("common"))
        return (GreylistConfiguration(from: top.mapping("greylist"), common: common), common)
    }
}

/// A service on a database of its own, asked like a function.
final class Bench {
    let directory: TemporaryDirectory
    let clock: FakeClock
    let log = LogLines()
    let service: GreylistService

    init(
        _ text: String = "", directory: TemporaryDirectory = TemporaryDirectory(), clock: FakeClock = FakeClock()
    ) throws {
        self.directory = directory
        self.clock = clock
        let read = try configuration(text, directory: directory)
        service = try GreylistService(
            configuration: read.greylist, common: read.common, clock: clock.clock, log: log.logger)
    }

    deinit {
        service.stop()
    }

    func attempt(
        _ client: String = "192.0.2.1", from sender: String = "a@sender.example",
        to recipient: String = "b@rcpt.example", user: String = "", state: String = "RCPT",
        facts: [FactName: String] = [:], isDryRun: Bool = false
    ) async -> CheckResult {
        let policy = PolicyRequest.make([
            .request: "smtpd_access_policy", .protocolState: state, .clientAddress: client, .sender: sender,
            .recipient: recipient, .saslUsername: user,
        ])
        return await ask(CheckRequest(checks: ["greylist"], policy: policy, facts: facts, isDryRun: isDryRun))
    }

    func ask(_ request: CheckRequest) async -> CheckResult {
        let service = service
        let reply = await withCheckedContinuation { continuation in
            service.check(request) { continuation.resume(returning: $0) }
        }
        guard case .results(let results) = reply, results.count == 1 else { return .error("not one result") }
        return results[0].result
    }

    /// `451`, `none` or `error`, and the reason.
    func outcome(
        _ client: String = "192.0.2.1", from sender: String = "a@sender.example",
        to recipient: String = "b@rcpt.example"
    ) async -> String {
        await attempt(client, from: sender, to: recipient).summary
    }

    func administer(_ verb: String, _ arguments: [String: String]) async -> AdminReply {
        let service = service
        let request = AdminRequest(verb: verb, arguments: arguments, peerUserID: 1000)
        return await withCheckedContinuation { continuation in
            service.administer(request) { continuation.resume(returning: $0) }
        }
    }

    /// Runs a statement on the service's database, as another tool would.
    @discardableResult
    func sql(_ statement: String) throws -> [[SQLValue]] {
        let connection = try SQLiteConnection(SQLiteConfiguration(path: directory.database))
        defer { connection.close() }
        return try connection.query(statement)
    }

    func count(_ table: String) throws -> Int64 {
        try sql("SELECT count(*) FROM \(table)").first?.first?.integerValue ?? -1
    }
}

extension CheckResult {
    /// `451`, `none` or `error`, and the reason.
    var summary: String {
        switch self {
        case .error(let text): "error \(text)"
        case .verdict(.none, let reason, _): "none \(reason)"
        case .verdict(.action(let action), let reason, _): "\(action.text.prefix(3)) \(reason)"
        case .verdict(.pass, _, _): "pass"
        }
    }
}

/// An attempt as the rules take it apart.
func subject(
    _ client: String = "192.0.2.1", from sender: String = "a@sender.example", to recipient: String = "b@rcpt.example",
    aliasTarget: String? = nil, allWildcards: Bool = false
) throws -> GreylistSubject {
    GreylistSubject(
        client: try #require(IPAddress(parsing: client)), sender: EnvelopeAddress(parsing: sender),
        recipient: EnvelopeAddress(parsing: recipient), aliasTarget: aliasTarget.flatMap { Domain(parsing: $0) },
        delimiters: ["+"], allWildcards: allWildcards)
}

/// A store on a database in memory's place: a file that goes away with the directory.
func openStore(_ directory: TemporaryDirectory) throws -> GreylistStore {
    let connection = try SQLiteConnection(
        SQLiteConfiguration(path: directory.database), schema: GreylistSchema.schema)
    try connection.prepareRecording(trace: false)
    return try GreylistStore(connection)
}

/// Counts answers, from whatever thread they come.
final class Tally: Sendable {
    private let counts = Mutex<[String: Int]>([:])

    var all: [String: Int] { counts.withLock { $0 } }

    func add(_ reply: CheckReply) {
        guard case .results(let results) = reply, results.count == 1 else { return }
        counts.withLock { $0[results[0].result.summary, default: 0] += 1 }
    }
}
