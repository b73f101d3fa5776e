import NIOCore
import PostfixProtocol
import Testing

@Suite struct SocketmapReplyTests {
    private func encoded(_ reply: SocketmapReply) -> String {
        var buffer = ByteBuffer()
        reply.encode(into: &buffer)
        return String(buffer: buffer)
    }

    @Test(
        arguments: [
            (.found("a@example.com"), "16:OK a@example.com,"), (.found("b\u{fc}"), "6:OK b\u{fc},"),
            (.notFound, "9:NOTFOUND ,"),
            (.temporary("down"), "9:TEMP down,"), (.timeout("slow"), "12:TIMEOUT slow,"),
            (.permanent("no"), "7:PERM no,"),
        ] as [(SocketmapReply, String)])
    func netstrings(_ reply: SocketmapReply, _ expected: String) throws {
        #expect(encoded(reply) == expected)
        var framer = SocketmapFramer(limit: SocketmapFramer.replyLimit)
        var buffer = ByteBuffer(string: expected)
        #expect(try SocketmapReply(parsing: #require(try framer.next(from: &buffer))) == reply)
    }

    @Test func aLongValueIsNeverCut() {
        #expect(encoded(.found(String(repeating: "x", count: 99_996))).hasPrefix("99999:OK x"))
        #expect(encoded(.found(String(repeating: "x", count: 99_997))).hasPrefix("100000:OK x"))
        #expect(encoded(.found(String(repeating: "x", count: 99_998))) == "9:NOTFOUND ,")
    }

    @Test func reasonsAreCleanedAndCut() {
        #expect(encoded(.temporary("a\r\nb")) == "9:TEMP a??b,")
        #expect(encoded(.permanent(String(repeating: "x", count: 900))).utf8.count == 4 + 5 + 400 + 1)
    }

    @Test(arguments: ["", "OK", "MAYBE x", "ok x", " OK x"])
    func notAReply(_ text: String) {
        #expect(SocketmapReply(parsing: ByteBuffer(string: text)) == nil)
    }
}
