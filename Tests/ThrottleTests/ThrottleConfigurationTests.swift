import Configuration
import PostfixProtocol
import SQLStore
import ServiceProtocol
import Testing

@testable import Throttle

@Suite struct ThrottleConfigurationTests {
    @Test func defaults() throws {
        let (configuration, _) = try configurations("{}", directory: "/srv/state")
        #expect(configuration.store == StoreConfiguration(path: "/srv/state/throttle.db"))
        #expect(configuration.bypasses == ThrottleMessage.Bypasses())
        #expect(!configuration.bypasses.trustedNetworks)
        #expect(configuration.bypasses.sameDomain && configuration.bypasses.recipientsOfAuthenticated)
        #expect(!configuration.allWildcards)
        let actions = ThrottleVerdict.Outcome.allCases.map { configuration.verdict($0).text }
        #expect(
            actions == [
                "none", "REJECT Throttling quota exceeded", "REJECT Message size is too large",
                "REJECT Too many recipients in single message",
            ])
    }

    @Test func everyKeyIsReadAndPrinted() throws {
        let text = """
            {database: /x/y.db, bypass-trusted-networks: true, bypass-same-domain: false,
             bypass-local-recipient-for-authenticated: false, all-wildcard-ip: true,
             quota-message: 4.7.1 Too much, size-message: Too big, recipients-message: Too many}
            """
        let (configuration, _) = try configurations(text)
        let printed = configuration.normalised().yaml()
        let again = try ConfigurationDocument(
            text: "throttle:\n  " + printed.split(separator: "\n").joined(separator: "\n  "), file: "x"
        )
        .read(otherKeys: .ignored) { top in
            ThrottleConfiguration(
                from: top.mapping("throttle"), common: CommonConfiguration(from: top.mapping("common")))
        }
        #expect(again.normalised().yaml() == printed)
        #expect(again.store == StoreConfiguration(path: "/x/y.db"))
        #expect(again.bypasses.trustedNetworks && again.allWildcards)
        #expect(!again.bypasses.sameDomain && !again.bypasses.recipientsOfAuthenticated)
        #expect(again.verdict(.quotaExceeded).text == "REJECT 4.7.1 Too much")
        #expect(again.verdict(.messageTooLarge).text == "REJECT Too big")
        #expect(again.verdict(.tooManyRecipients).text == "REJECT Too many")
    }

    @Test(arguments: [
        "{database: relative.db}", "{bypass-same-domain: yes}", "{quota-message: \"\"}", "{size-mesage: x}",
        "{recipients-message: \(String(repeating: "x", count: 391))}",
    ])
    func faults(text: String) {
        #expect(throws: ConfigurationErrors.self) { try configurations(text) }
    }
}
