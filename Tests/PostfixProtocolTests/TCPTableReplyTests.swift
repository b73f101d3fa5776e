import NIOCore
import PostfixProtocol
import Testing

@Suite struct TCPTableReplyTests {
    private func encoded(_ reply: TCPTableReply) -> String {
        var buffer = ByteBuffer()
        reply.encode(into: &buffer)
        return String(buffer: buffer)
    }

    @Test(
        arguments: [
            (.found("SRS0=a=b@example.com"), "200 SRS0=a=b@example.com\n"), (.notFound(""), "500 \n"),
            (.notFound("Not found, bypassed."), "500 Not%20found,%20bypassed.\n"),
            (.temporary("50%\n"), "400 50%25%0A\n"),
            (.found("b\u{fc}\u{7f}~!"), "200 b%C3%BC%7F~!\n"), (.found(""), "200 \n"),
        ] as [(TCPTableReply, String)])
    func lines(_ reply: TCPTableReply, _ expected: String) {
        #expect(encoded(reply) == expected)
        #expect(TCPTableReply(parsing: ByteBuffer(string: String(expected.dropLast()))) == reply)
    }

    @Test func aLongValueIsNeverCut() {
        #expect(encoded(.found(String(repeating: "x", count: 4_090))).utf8.count == 4_095)
        #expect(encoded(.found(String(repeating: "x", count: 4_091))).utf8.count == 4_096)
        #expect(encoded(.found(String(repeating: "x", count: 4_092))) == "500 Result%20too%20long\n")
        #expect(encoded(.found(String(repeating: "%", count: 1_363))).utf8.count == 4_094)
        #expect(encoded(.found(String(repeating: "%", count: 1_364))) == "500 Result%20too%20long\n")
    }

    @Test func aLongReasonIsCutBetweenCharacters() {
        #expect(encoded(.notFound(String(repeating: "x", count: 9_000))).utf8.count == 4_096)
        #expect(
            encoded(.temporary(String(repeating: "\u{fc}", count: 9_000))) == "400 "
                + String(repeating: "%C3%BC", count: 681) + "\n")
    }

    @Test(arguments: ["", "200", "201 x", "2000 x", "ok", "get a"])
    func notAReply(_ line: String) {
        #expect(TCPTableReply(parsing: ByteBuffer(string: line)) == nil)
    }
}
