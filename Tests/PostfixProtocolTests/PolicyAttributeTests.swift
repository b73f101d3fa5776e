import Testing

@testable import PostfixProtocol

@Suite struct PolicyAttributeTests {
    /// SMTPD_POLICY_README, in the order of the cases.
    private static let names = [
        "request", "protocol_state", "protocol_name", "helo_name", "queue_id", "sender", "recipient",
        "recipient_count", "client_address", "client_name", "reverse_client_name", "instance", "sasl_method",
        "sasl_username", "sasl_sender", "size", "ccert_subject", "ccert_issuer", "ccert_fingerprint",
        "encryption_protocol", "encryption_cipher", "encryption_keysize", "etrn_domain", "stress",
        "ccert_pubkey_fingerprint", "client_port", "policy_context", "server_address", "server_port",
        "compatibility_level", "mail_version", "tls_sni",
    ]

    @Test func namesAreThoseOfPostfix() {
        #expect(PolicyAttribute.allCases.map(\.name) == Self.names)
        #expect(PolicyAttribute.total == Self.names.count)
        #expect(PolicyAttribute.allCases.map { Int($0.rawValue) } == Array(0..<Self.names.count))
        #expect(PolicyRequest.longestName == Self.names.map(\.utf8.count).max())
    }

    @Test(arguments: PolicyAttribute.allCases)
    func isFoundByItsNameOnly(_ attribute: PolicyAttribute) {
        #expect(PolicyAttribute(name: attribute.name) == attribute)
        #expect(PolicyAttribute(name: attribute.name.uppercased()) == nil)
        #expect(PolicyAttribute(name: attribute.name + "_") == nil)
        #expect(PolicyAttribute(name: String(attribute.name.dropLast())) == nil)
        for index in attribute.name.indices {
            var other = attribute.name
            other.replaceSubrange(index...index, with: "#")
            #expect(PolicyAttribute(name: other) == nil)
        }
    }

    @Test(arguments: ["", "id", "key", "protocol", "fact.spf", String(repeating: "s", count: 300)])
    func strangersAreNotFound(_ name: String) {
        #expect(PolicyAttribute(name: name) == nil)
    }
}
