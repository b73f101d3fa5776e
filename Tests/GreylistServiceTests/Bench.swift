import Configuration
import DatabaseFixture
import Logging
import PostfixProtocol
import SQLStore
import ServiceProtocol
import SuiteFixture
import Testing

@testable import Greylist

/// A service on a database of its own, asked like a function. Its clock, and on a server the database's, is the test's.
final class Bench {
    let database: TestDatabase
    let clock: FakeClock
    let log: LogLines
    let service: GreylistService

    convenience init(_ engine: TestEngine = .sqlite, _ text: String = "") throws {
        try self.init(TestDatabase(engine), text)
    }

    init(
        _ database: TestDatabase, _ text: String = "", clock: FakeClock = FakeClock(), log: LogLines = LogLines(),
        logLevel: Logger.Level = .info
    ) throws {
        self.database = database
        self.clock = clock
        self.log = log
        let (greylist, common) = try configuration(text)
        let logger = log.logger(logLevel)
        switch database {
        case .sqlite:
            let file = SQLiteConfiguration(path: database.file)
            service = try GreylistService(greylist, common, clock: clock.clock, log: logger) {
                try SQLiteConnection(file)
            }
        case .postgreSQL(let server, let name):
            service = try GreylistService(greylist, common, clock: clock.clock, log: logger) {
                ClockedConnection(try server.connect(to: name), clock)
            }
        case .mariaDB(let server, let name):
            service = try GreylistService(greylist, common, clock: clock.clock, log: logger) {
                ClockedConnection(try server.connect(to: name), clock)
            }
        }
    }

    deinit {
        service.stop()
    }

    func attempt(
        _ client: String = "192.0.2.1", from sender: String = "a@sender.example",
        to recipient: String = "b@rcpt.example", user: String = "", state: String = "RCPT",
        facts: AttachedFacts = [:], isDryRun: Bool = false
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

/// Reads the mappings `greylist` and `common` of a configuration.
func configuration(
    _ text: String, stateDirectory: String = "/nonexistent"
) throws -> (greylist: GreylistConfiguration, common: CommonConfiguration) {
    let whole = """
        common: {state-directory: "\(stateDirectory)", trusted-networks: [198.51.100.0/24]}
        greylist: {\(text.contains("spf-bypass") ? "" : "spf-bypass: false, ")\(text)}
        """
    return try ConfigurationDocument(text: whole, file: "test.yaml").read { top in
        let common = CommonConfiguration(from: top.mapping("common"))
        return (GreylistConfiguration(from: top.mapping("greylist"), common: common), common)
    }
}
