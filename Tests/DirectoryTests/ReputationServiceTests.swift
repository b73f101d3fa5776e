import Configuration
import Logging
import ServiceProtocol
import Synchronization
import Testing

@testable import Reputation

@Suite struct ReputationServiceTests {
    private static func service() throws -> ReputationService {
        try ConfigurationDocument(text: "reputation: {}", file: "test.yaml").read { top in
            let common = CommonConfiguration(from: top.mapping("common"))
            return Result {
                try ReputationService(
                    configuration: ReputationConfiguration(from: top.mapping("reputation"), common: common),
                    common: common, log: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
            }
        }.get()
    }

    @Test func hello() throws {
        #expect(try Self.service().hello == Hello(service: "reputation"))
    }

    @Test(arguments: [
        ("list", "there is nothing to list: reputation keeps nothing yet"),
        (
            "set",
            "nothing can be set here: what there will be to set are keys of the mapping reputation of the configuration"
        ),
        (
            "delete",
            "nothing can be deleted here: what there will be to set are keys of the mapping reputation of the "
                + "configuration"
        ),
        ("nonsense", "unknown verb nonsense"),
    ]) func verbsSayWhereTheSettingsAre(_ verb: String, _ text: String) throws {
        let answer = Mutex<AdminReply?>(nil)
        try Self.service().administer(AdminRequest(verb: verb)) { reply in answer.withLock { $0 = reply } }
        #expect(answer.withLock { $0 } == .failed(text))
    }

    @Test func hasNoKeys() {
        #expect(throws: ConfigurationErrors.self) {
            try ConfigurationDocument(text: "reputation: {x: 1}", file: "test.yaml").read { top in
                let common = CommonConfiguration(from: top.mapping("common"))
                _ = ReputationConfiguration(from: top.mapping("reputation"), common: common)
            }
        }
    }
}
