import Configuration
import Logging
import ServiceProtocol
import Testing

@testable import Reputation

@Suite struct ReputationServiceTests {
    @Test func hello() throws {
        let service = try ConfigurationDocument(text: "reputation: {}", file: "test.yaml").read { top in
            let common = CommonConfiguration(from: top.mapping("common"))
            return Result {
                try ReputationService(
                    configuration: ReputationConfiguration(from: top.mapping("reputation"), common: common),
                    common: common, log: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
            }
        }.get()
        #expect(service.hello == Hello(service: "reputation"))
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
