import Configuration
import Logging
import MailTypes
import PostfixProtocol
import SQLStore
import ServiceProtocol
import SuiteFixture
import Synchronization
import Testing

@testable import Throttle

extension TemporaryDirectory {
    var database: String { "\(path)/throttle.db" }

    func connect() throws -> SQLiteConnection {
        var configuration = SQLiteConfiguration(path: database)
        configuration.checkpointsInBackground = false
        let connection = try SQLiteConnection(configuration, schema: throttleSchema)
        try connection.prepareRecording(trace: false)
        return connection
    }
}

/// Clocks that stand until they are set.
final class FakeClock: Sendable {
    static let start = 1_700_000_000
    let unix = Atomic<Int>(start)
    let monotonic = Atomic<Int>(5_000_000)

    var clock: ServiceClock {
        ServiceClock(
            unixSeconds: { self.unix.load(ordering: .relaxed) },
            monotonic: { MonotonicInstant(milliseconds: self.monotonic.load(ordering: .relaxed)) })
    }

    func advance(seconds: Int) {
        unix.add(seconds, ordering: .relaxed)
        monotonic.add(seconds * 1000, ordering: .relaxed)
    }
}

func rule(
    _ id: Int64, _ account: String, _ kind: ThrottleKind, priority: Int64 = 0, period: Int64 = 60,
    _ limits: [LimitName: Int64]
) throws -> ThrottleRule {
    try #require(
        ThrottleRule(id: id, account: account, kind: kind, priority: priority, period: period, limits: limits))
}

func rule(
    _ id: Int64, _ account: String, priority: Int64 = 0, period: Int64 = 60, _ limits: [LimitName: Int64]
) throws -> ThrottleRule {
    try rule(id, account, .outbound, priority: priority, period: period, limits)
}

func account(_ text: String, target: String? = nil) -> ThrottleAccount {
    ThrottleAccount(EnvelopeAddress(parsing: text), delimiters: ["+"], aliasTarget: target)
}

func message(
    from sender: String = "a@one.test", to recipients: [String] = ["r@home.test"], all: Bool = true,
    count: Int64? = nil,
    size: Int64 = 100, client: String = "192.0.2.1", authenticated: Bool = true
) -> ThrottleMessage {
    ThrottleMessage(
        client: ClientAddress(parsing: client), sender: account(sender), recipients: recipients.map { account($0) },
        knowsAllRecipients: all, recipientCount: count ?? Int64(recipients.count), size: size,
        isAuthenticated: authenticated)
}

func request(
    _ attributes: [PolicyAttribute: String] = [:], key: Int? = nil, deadline: Int? = nil,
    facts: AttachedFacts = [:], recipients: KnownRecipients? = nil, isDryRun: Bool = false
) -> CheckRequest {
    let values: [PolicyAttribute: String] = [
        .protocolState: "END-OF-MESSAGE", .sender: "a@one.test", .saslUsername: "a@one.test",
        .recipient: "r@home.test", .recipientCount: "1", .size: "100", .clientAddress: "192.0.2.1",
    ]
    return CheckRequest(
        checks: ["throttle"], policy: .make(values.merging(attributes) { $1 }),
        key: key.map { RecordingKey(high: UInt64($0), low: 7) },
        deadline: deadline.map { MonotonicInstant(milliseconds: $0) } ?? MonotonicInstant(microseconds: .max),
        facts: facts, recipients: recipients, isDryRun: isDryRun)
}

func configurations(
    _ yaml: String, directory: String = "/var/lib/postern"
) throws -> (ThrottleConfiguration, CommonConfiguration) {
    let text = "common: {state-directory: \(directory)}\nthrottle: \(yaml)\n"
    return try ConfigurationDocument(text: text, file: "postern.yaml").read { top in
        let common = CommonConfiguration(from: top.mapping("common"))
        return (ThrottleConfiguration(from: top.mapping("throttle"), common: common), common)
    }
}

/// A service on a database of its own, or on the one of another.
final class Harness: Sendable {
    let place: Place
    let time: FakeClock
    let lines = LogLines()
    let service: ThrottleService

    init(
        _ yaml: String = "{}", on place: Place, time: FakeClock = FakeClock(), clock: ServiceClock? = nil,
        level: Logger.Level = .info
    ) throws {
        self.place = place
        self.time = time
        let (configuration, common) = try configurations(
            "{" + place.yaml + yaml.dropFirst(), directory: place.directory.path)
        service = try ThrottleService(
            configuration: configuration, common: common, clock: clock ?? time.clock,
            log: lines.logger(level))
    }

    convenience init(_ yaml: String = "{}", engine: Engine = .sqlite, level: Logger.Level = .info) throws {
        try self.init(yaml, on: Place(engine), level: level)
    }

    deinit {
        service.stop()
    }

    func ask(_ request: CheckRequest) async -> CheckResult {
        await withCheckedContinuation { continuation in
            service.check(request) { reply in
                guard case .results(let results) = reply, results.count == 1 else {
                    return continuation.resume(returning: .error("not one result"))
                }
                continuation.resume(returning: results[0].result)
            }
        }
    }

    func verb(_ verb: String, _ arguments: [String: String]) async -> AdminReply {
        await withCheckedContinuation { continuation in
            service.administer(AdminRequest(verb: verb, arguments: arguments, peerUserID: 0)) {
                continuation.resume(returning: $0)
            }
        }
    }

    /// The rows of a listing.
    func rows(_ arguments: [String: String]) async -> [[String]] {
        guard case .done(_, let rows, _) = await verb("list", arguments) else { return [["failed"]] }
        return rows
    }

    /// Lets time pass: a server's clock cannot be set, so its counters become older.
    func age(seconds: Int) throws {
        guard place.engine != .sqlite else { return time.advance(seconds: seconds) }
        try place.execute("UPDATE throttle_tracking SET init_time = init_time - \(seconds)")
    }

    /// Asks until the answer is this one: another instance's change is seen within a second.
    func eventually(_ text: String, _ request: CheckRequest) async throws -> Bool {
        for _ in 0..<40 {
            if await ask(request).text == text { return true }
            try await Task.sleep(for: .milliseconds(50))
        }
        return false
    }

    /// Messages and bytes by tracked account.
    func counts() async -> [String: [String]] {
        let rows = await rows(["what": "tracking"])
        return Dictionary(rows.map { ($0[0], Array($0[5...6])) }, uniquingKeysWith: { $0 + $1 })
    }
}

extension CheckResult {
    /// The verdict's text, or `error`.
    var text: String {
        guard case .verdict(let verdict, _, _) = self else { return "error" }
        return verdict.text
    }

    var reason: String {
        guard case .verdict(_, let reason, _) = self else { return "error" }
        return reason
    }
}

let overQuota = "REJECT Throttling quota exceeded"
