import Configuration
import SQLStore
import ServiceProtocol
import SuiteFixture

@testable import SRS

extension TemporaryDirectory {
    /// Nobody else may read it, or the service refuses it.
    func writeSecret(_ lines: String) throws { try write(lines, to: "secret", mode: 0o600) }
}

/// Reads the mappings `srs` and `common` of a configuration.
func configuration(
    _ text: String, directory: TemporaryDirectory, secrets: SecretSource = .files
) throws -> (srs: SRSConfiguration, common: CommonConfiguration) {
    let whole = """
        common: {state-directory: "\(directory.path)", hostname: mx.fwd.example}
        srs: {\(text)}
        """
    return try ConfigurationDocument(text: whole, file: "test.yaml").read(secrets: secrets) { top in
        let common = CommonConfiguration(from: top.mapping("common"))
        return (SRSConfiguration(from: top.mapping("srs"), common: common), common)
    }
}

/// A service for `fwd.example` with the secret `secret`, at 1700000000, asked like a function.
final class Bench {
    let directory: TemporaryDirectory
    let lines = LogLines()
    let service: SRSService

    /// - Parameters:
    ///   - more: keys beside those of the domain and the secret.
    ///   - secrets: the file with the secrets; nil leaves it as it is.
    init(
        _ text: String? = nil, more: String = "", directory: TemporaryDirectory? = nil,
        secrets: String? = "secret\nolder\n"
    ) throws {
        let directory = try directory ?? TemporaryDirectory()
        self.directory = directory
        if let secrets { try directory.writeSecret(secrets) }
        let read = try configuration(
            text ?? "domain: fwd.example, secret-file: \(directory.path)/secret, \(more)", directory: directory)
        let lines = lines
        let clock = ServiceClock(unixSeconds: { 1_700_000_000 }, monotonic: { .now })
        service = try SRSService(
            configuration: read.srs, common: read.common, clock: clock,
            log: lines.logger())
    }

    deinit {
        service.stop()
    }

    func lookup(
        _ map: String, _ key: String, local: [String: String] = [:],
        deadline: MonotonicInstant = MonotonicInstant(microseconds: .max)
    ) async -> LookupResult {
        var facts = AttachedFacts()
        for (domain, value) in local { facts[FactName(kind: "local", subject: domain)] = value }
        let request = LookupRequest(map: map, key: key, facts: facts, deadline: deadline)
        let service = service
        return await withCheckedContinuation { continuation in
            service.lookup(request) { continuation.resume(returning: $0) }
        }
    }

    func administer(_ verb: String, _ arguments: [String: String]) async -> AdminReply {
        let service = service
        let request = AdminRequest(verb: verb, arguments: arguments, peerUserID: 1000)
        return await withCheckedContinuation { continuation in
            service.administer(request) { continuation.resume(returning: $0) }
        }
    }
}
