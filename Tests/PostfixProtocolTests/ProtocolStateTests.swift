import NIOCore
import PostfixProtocol
import Testing

@Suite struct ProtocolStateTests {
    @Test(
        arguments: [
            ("CONNECT", .connect), ("EHLO", .ehlo), ("HELO", .helo), ("MAIL", .mail), ("RCPT", .rcpt), ("DATA", .data),
            ("END-OF-MESSAGE", .endOfMessage), ("VRFY", .vrfy), ("ETRN", .etrn), ("rcpt", .rcpt), ("Rcpt", .rcpt),
            ("end-of-message", .endOfMessage), ("XCLIENT", .other), ("RCPT ", .other), ("rcp\u{14}", .other),
            ("END\rOF\rMESSAGE", .other), ("MISSING", .other), ("OTHER", .other), ("", .missing),
        ] as [(String, ProtocolState)])
    func parsing(_ text: String, _ expected: ProtocolState) {
        #expect(ProtocolState(parsing: text) == expected)
        #expect(PolicyRequest.make([.protocolState: text]).protocolState == expected)
    }

    @Test(arguments: ProtocolState.allCases)
    func namesComeBack(_ state: ProtocolState) {
        let expected: ProtocolState = state == .missing ? .other : state
        #expect(ProtocolState(parsing: state.name) == expected)
    }
}
