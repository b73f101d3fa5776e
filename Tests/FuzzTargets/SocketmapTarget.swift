import NIOCore
import PostfixProtocol

/// socketmap_table(5): netstrings, questions and answers.
public enum SocketmapTarget: FuzzTarget {
    /// `socketmap`
    public static let name = "socketmap"

    /// Reads each netstring as a question and as an answer.
    public static func check(_ bytes: [UInt8]) throws(BrokenInvariant) {
        for limit in [24, SocketmapFramer.replyLimit] {
            let stream = Stream(bytes: bytes, bound: limit + 8)
            let texts = try stream.messages {
                var framer = SocketmapFramer(limit: limit)
                return { try framer.next(from: &$0) }
            }
            for text in texts { try check(text: text) }
        }
        try check(text: ByteBuffer(bytes: bytes))
    }

    private static func check(text: ByteBuffer) throws(BrokenInvariant) {
        let request = SocketmapRequest(parsing: text)
        let written = try netstring { request.encode(into: &$0) }
        let again = SocketmapRequest(parsing: written)
        try same(again.map, request.map, "a map that was written and read")
        try same(again.key, request.key, "a key that was written and read")
        try hold(!request.isExact || written == text, "an exact question is changed")
        if let reply = SocketmapReply(parsing: text) { try check(reply) }
    }

    private static func check(_ reply: SocketmapReply) throws(BrokenInvariant) {
        let again = try must(
            SocketmapReply(parsing: try netstring { reply.encode(into: &$0) }), "a reply that was written is none")
        switch (reply, again) {
        case (.found(let sent), .found(let read)): try same(read, sent, "a value")
        case (.temporary, .temporary(let reason)), (.timeout, .timeout(let reason)),
            (.permanent, .permanent(let reason)):
            try hold(!reason.hasControl && reason.utf8.count <= 400, "a reason is not clean")
        default: try same(again, reply, "a reply that was written and read")
        }
    }

    private static func netstring(_ write: (inout ByteBuffer) -> Void) throws(BrokenInvariant) -> ByteBuffer {
        var buffer = ByteBuffer()
        write(&buffer)
        var framer = SocketmapFramer(limit: SocketmapFramer.replyLimit)
        let text = try succeed("a netstring that was written is refused") { try framer.next(from: &buffer) }
        try same(buffer.readableBytes, 0, "bytes behind a netstring")
        return try must(text, "a netstring that was written is not whole")
    }
}
