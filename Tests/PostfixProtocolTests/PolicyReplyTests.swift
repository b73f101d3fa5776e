import NIOCore
import PostfixProtocol
import Testing

@Suite struct PolicyReplyTests {
    @Test(
        arguments: [
            ("action=DUNNO\n", "DUNNO"), ("action=DUNNO", "DUNNO"), ("action=DUNNO\r\n", "DUNNO"),
            ("x=1\naction=REJECT a=b\n", "REJECT a=b"), ("action=\n", ""), ("action\n", nil), ("", nil),
            ("xaction=OK\n", nil),
        ] as [(String, String?)])
    func texts(_ line: String, _ expected: String?) {
        #expect(PolicyReply(parsing: line)?.text == expected)
        #expect(PolicyReply(ByteBuffer(string: line))?.text == expected)
    }

    @Test func theActionIsNilForARestrictionClass() {
        #expect(PolicyReply(parsing: "action=my_class")?.action == nil)
        #expect(PolicyReply(parsing: "action=dunno")?.action == .dunno)
    }
}
