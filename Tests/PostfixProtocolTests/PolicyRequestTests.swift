import NIOCore
import PostfixProtocol
import Testing

@Suite struct PolicyRequestTests {
    @Test(arguments: [
        ("0", 0), ("247", 247), ("", 0), ("-1", 0), ("12x", 0), ("1e3", 0), (" 5", 0), ("9223372036854775807", .max),
        ("9223372036854775808", .max), ("99999999999999999999999999", .max),
    ])
    func integers(_ text: String, _ expected: Int) {
        #expect(PolicyRequest.make([.size: text]).integer(.size) == expected)
    }

    @Test func absentAndEmptyAreTheSame() {
        let request = PolicyRequest.make([.sender: "", .recipient: "b@example.com"])
        #expect(request.isEmpty(.sender))
        #expect(request.isEmpty(.heloName))
        #expect(!request.isEmpty(.recipient))
        #expect(request[.heloName].isEmpty)
        #expect(request.string(.heloName) == "")
        #expect(request.integer(.size) == 0)
        #expect(!request.isEmpty)
        #expect(PolicyRequest.make([:]).isEmpty)
    }

    @Test func madeValuesStayApart() {
        let values = Dictionary(uniqueKeysWithValues: PolicyAttribute.allCases.map { ($0, "value of \($0.name)") })
        let request = PolicyRequest.make(values)
        for attribute in PolicyAttribute.allCases {
            #expect(request.string(attribute) == "value of \(attribute.name)")
        }
    }

    @Test(
        arguments: [("RCPT", .rcpt), ("end-of-message", .endOfMessage), ("", .missing), ("XCLIENT", .other)]
            as [(String, ProtocolState)])
    func states(_ text: String, _ expected: ProtocolState) {
        #expect(PolicyRequest.make([.protocolState: text]).protocolState == expected)
    }

    @Test func equalWhenAllValuesAre() throws {
        let made = PolicyRequest.make([.request: "smtpd_access_policy", .sender: "a@example.com"])
        let text = "x=1\nsender=a@example.com\nrequest=smtpd_access_policy\n"
        #expect(try PolicyRequest(ByteBuffer(string: text)) == made)
        #expect(PolicyRequest.make([.sender: "a@example.com"]) != made)
    }
}
