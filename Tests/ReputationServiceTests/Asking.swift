import Configuration
import Logging
import NameServerFixture
import PostfixProtocol
import ServiceProtocol
import SuiteFixture

@testable import Reputation

/// The reputation service with a configuration, asked like a function.
final class Asking: Sendable {
    let directory: TemporaryDirectory
    let service: ReputationService
    private let collected: LogLines

    init(_ servers: String, _ text: String = "", queryTimeout: String = "1s") throws {
        let directory = try TemporaryDirectory()
        self.directory = directory
        let lines = LogLines()
        collected = lines
        service = try Self.read(servers, text, queryTimeout, directory).get { configuration, common in
            try ReputationService(
                configuration: configuration, common: common,
                log: lines.logger(.notice))
        }
    }

    deinit { service.stop() }

    /// What has been logged at warning and above, and notices.
    var logged: [String] { collected.all }

    private struct Parts {
        var configuration: ReputationConfiguration
        var common: CommonConfiguration

        func get<Value>(_ body: (ReputationConfiguration, CommonConfiguration) throws -> Value) rethrows -> Value {
            try body(configuration, common)
        }
    }

    private static func read(
        _ servers: String, _ text: String, _ queryTimeout: String, _ directory: TemporaryDirectory
    ) throws -> Parts {
        let whole = """
            common: { state-directory: \(directory.path), hostname: mx.receiver.test, trusted-networks: [198.18.0.0/15] }
            reputation:
              resolver: { servers: [\(servers)], query-timeout: \(queryTimeout) }
            \(text)
            """
        return try ConfigurationDocument(text: whole, file: "test.yaml").read { top in
            let common = CommonConfiguration(from: top.mapping("common"))
            return Parts(
                configuration: ReputationConfiguration(from: top.mapping("reputation"), common: common), common: common)
        }
    }

    func apply(_ servers: String, _ text: String) throws {
        let parts = try Self.read(servers, text, "1s", directory)
        service.apply(parts.configuration, common: parts.common)
    }

    func check(
        _ name: String, _ attributes: [PolicyAttribute: String], isDirect: Bool = false, within limit: Int = 5_000
    ) async -> CheckResult {
        var all: [PolicyAttribute: String] = [.request: "smtpd_access_policy", .protocolState: "RCPT"]
        all.merge(attributes) { $1 }
        var request = CheckRequest(
            checks: [name], policy: PolicyRequest.make(all),
            deadline: MonotonicInstant.now.advanced(byMilliseconds: limit))
        request.isDirect = isDirect
        let service = service
        let asked = request
        let reply = await withCheckedContinuation { continuation in
            service.check(asked) { continuation.resume(returning: $0) }
        }
        guard case .results(let results) = reply, results.count == 1 else { return .error("not one result") }
        return results[0].result
    }

    /// The verdict and the reason in one text.
    func outcome(_ name: String, _ attributes: [PolicyAttribute: String]) async -> String {
        await check(name, attributes).text
    }

    func fact(_ name: String, client: String = "", within limit: Int = 5_000) async -> String? {
        guard let name = FactName(parsing: name) else { return nil }
        return await facts([name], client: client, within: limit).values[name]
    }

    func facts(_ names: [FactName], client: String, within limit: Int = 5_000) async -> FactReply {
        let request = FactRequest(
            names: names, clientAddress: client, deadline: MonotonicInstant.now.advanced(byMilliseconds: limit))
        let service = service
        return await withCheckedContinuation { continuation in
            service.facts(request) { continuation.resume(returning: $0) }
        }
    }

    func administer(_ verb: String, _ arguments: [String: String]) async -> AdminReply {
        let service = service
        return await withCheckedContinuation { continuation in
            service.administer(AdminRequest(verb: verb, arguments: arguments, peerUserID: 7)) {
                continuation.resume(returning: $0)
            }
        }
    }

    /// Polls until `condition` holds.
    func eventually(_ condition: () async -> Bool) async -> Bool {
        for _ in 0..<400 {
            if await condition() { return true }
            do { try await Task.sleep(for: .milliseconds(25)) } catch { return false }
        }
        return false
    }
}

extension CheckResult {
    /// The verdict, its reason and its score in one text.
    var text: String {
        switch self {
        case .error(let text): "error: \(text)"
        case .verdict(let verdict, let reason, let score):
            verdict.text + (reason.isEmpty ? "" : " | \(reason)") + (score == 0 ? "" : " | \(score)")
        }
    }
}
