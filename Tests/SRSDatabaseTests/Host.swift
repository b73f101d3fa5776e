import Configuration
import SQLStore
import ServiceProtocol
import SuiteFixture

@testable import SRS

/// One host's service on a database, asked like a function.
final class Host: Sendable {
    let service: SRSService
    let log = LogLines()

    init(
        _ engine: StoreConfiguration.Engine, clock: FakeClock? = FakeClock(),
        secret: String = "the secret of all hosts",
        more: String = ""
    ) throws {
        let directory = try TemporaryDirectory()
        let file = try directory.write(secret + "\n", to: "secret", mode: 0o600)
        let text = """
            common: {state-directory: "\(directory.path)", hostname: mx.fwd.example}
            srs: {domain: fwd.example, secret-file: \(file), \(more)}
            """
        var (configuration, common) = try ConfigurationDocument(text: text, file: "test.yaml").read { top in
            let common = CommonConfiguration(from: top.mapping("common"))
            return (SRSConfiguration(from: top.mapping("srs"), common: common), common)
        }
        configuration.store.engine = engine
        service = try SRSService(
            configuration: configuration, common: common, clock: clock?.clock ?? .system, log: log.logger())
    }

    deinit { service.stop() }

    private static let foreign: AttachedFacts = [
        FactName(kind: "local", subject: "a.example"): "no",
        FactName(kind: "local", subject: "xn--bcher-kva.example"): "no",
    ]

    /// A sender that does not fit, by number.
    static func sender(_ number: Int) -> String {
        "sender\(number)\(String(repeating: "-of-a-list", count: 5))@a.example"
    }

    func forward(_ sender: String, limit: Int = 1_000_000) async -> LookupResult {
        await ask("srs-forward", sender, limit)
    }

    func reverse(_ address: String, limit: Int = 1_000_000) async -> LookupResult {
        await ask("srs-reverse", address, limit)
    }

    /// Does something on the store's thread.
    func listOriginals() async {
        let service = service
        await withCheckedContinuation { continuation in
            service.administer(AdminRequest(verb: "list", arguments: ["what": "originals"])) { _ in
                continuation.resume()
            }
        }
    }

    private func ask(_ map: String, _ key: String, _ limit: Int) async -> LookupResult {
        let request = LookupRequest(
            map: map, key: key, facts: Self.foreign,
            deadline: service.clock.monotonic().advanced(byMilliseconds: limit))
        let service = service
        return await withCheckedContinuation { continuation in
            service.lookup(request) { continuation.resume(returning: $0) }
        }
    }

    /// Asks for many senders at once.
    func forward(_ numbers: Range<Int>) async -> [Int: LookupResult] {
        await withTaskGroup(of: (Int, LookupResult).self) { group in
            for number in numbers {
                group.addTask { (number, await self.forward(Self.sender(number))) }
            }
            return await group.reduce(into: [:]) { $0[$1.0] = $1.1 }
        }
    }
}

extension LookupResult {
    /// What was found.
    var value: String? {
        guard case .found(let value) = self else { return nil }
        return value
    }
}
