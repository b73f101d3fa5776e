import PostfixProtocol
import ServiceProtocol
import Testing

/// The vectors are those of docs/protocol.md; they were computed with another implementation of SHA-256.
@Suite struct RecordingKeyTests {
    struct Vector: Sendable {
        let policy: String
        let attributes: [PolicyAttribute: String]
        let key: String
    }

    static let message: [PolicyAttribute: String] = [
        .instance: "1a2b.673e0f11.5a3c2.0", .protocolState: "RCPT", .clientAddress: "192.0.2.1", .clientPort: "40312",
        .sender: "alice@example.com", .recipient: "bob@example.net",
    ]

    static let vectors = [
        Vector(policy: "default", attributes: message, key: "8722f25bfc613119df9cdd48be19e548"),
        Vector(
            policy: "default", attributes: message.merging([.recipient: "carol@example.net"]) { $1 },
            key: "225bb54a23d76860596f2ecf6e2434e7"),
        Vector(policy: "direct", attributes: message, key: "4b7819368da2934dc37c55846033a717"),
        Vector(
            policy: "submission",
            attributes: [
                .instance: "1a2b.673e0f11.5a3c2.1", .protocolState: "END-OF-MESSAGE", .clientAddress: "2001:db8::25",
                .clientPort: "587", .sender: "alice@example.com", .saslUsername: "alice@example.com",
            ], key: "c7f368ee817f3ab6c2129ac3a73a768c"),
        Vector(policy: "default", attributes: [.instance: "i"], key: "772dc25eb2cff478a1ed379fb268efda"),
        Vector(
            policy: "default",
            attributes: [
                .instance: "i", .protocolState: "RCPT", .clientAddress: "unknown", .clientPort: "0",
                .sender: "jürgen@exämple.com", .recipient: "50% off@example.net",
            ], key: "7504fd585b406fd5aa4e50ba5cf24cdf"),
        Vector(
            policy: "",
            attributes: [
                .instance: "i", .protocolState: "rcpt", .clientAddress: "192.0.2.1", .sender: "A@EXAMPLE.COM",
                .recipient: String(repeating: "x", count: 1_000) + "@example.net",
            ], key: "7ac94088c3d03d15aae54bd52b1d0d54"),
    ]

    @Test(arguments: vectors) func theKeyIsThatOfTheVector(_ vector: Vector) throws {
        let key = try #require(RecordingKey(policy: vector.policy, request: .make(vector.attributes)))
        #expect(key.description == vector.key)
        #expect(RecordingKey(parsing: vector.key) == key)
        #expect(key.bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined() == vector.key)
    }

    /// What arrives at a service is what the frontend got, so both compute the same key.
    @Test(arguments: vectors) func theKeySurvivesTheWire(_ vector: Vector) throws {
        let list = try sent { PolicyRequest.make(vector.attributes).encodeAttributes(into: &$0) }
        let key = RecordingKey(policy: vector.policy, request: PolicyRequest(list))
        #expect(key?.description == vector.key)
    }

    @Test func otherAttributesDoNotMatter() {
        var attributes = Self.message
        for attribute in [PolicyAttribute.queueID, .size, .heloName, .recipientCount, .policyContext, .stress] {
            attributes[attribute] = "1"
        }
        #expect(RecordingKey(policy: "default", request: .make(attributes))?.description == Self.vectors[0].key)
    }

    /// A length before each value keeps neighbours apart.
    @Test func neighboursAreKeptApart() {
        let left = RecordingKey(policy: "p", request: .make([.instance: "i", .sender: "ab", .saslUsername: "c"]))
        let right = RecordingKey(policy: "p", request: .make([.instance: "i", .sender: "a", .saslUsername: "bc"]))
        #expect(left != right)
    }

    @Test func withoutInstanceThereIsNone() {
        #expect(RecordingKey(policy: "default", request: .make([.sender: "a@example.com"])) == nil)
    }

    @Test(arguments: [
        "", "0", "8722f25bfc613119df9cdd48be19e54", "8722f25bfc613119df9cdd48be19e5480",
        "8722f25bfc613119df9cdd48be19e54g",
        "+722f25bfc613119df9cdd48be19e548", "8722f25bfc613119+f9cdd48be19e548", " 722f25bfc613119df9cdd48be19e548",
        "８722f25bfc613119df9cdd48be19e",
    ])
    func otherTextsAreNoKeys(_ text: String) {
        #expect(RecordingKey(parsing: text) == nil)
    }

    @Test func upperCaseIsReadAndZerosAreWritten() {
        #expect(RecordingKey(parsing: "000000000000000A00000000000000FF") == RecordingKey(high: 10, low: 255))
        #expect(RecordingKey(high: 10, low: 255).description == "000000000000000a00000000000000ff")
    }
}
