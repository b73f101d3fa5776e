import NIOCore
import PostfixProtocol

/// tcp_table(5): lines, questions and answers.
public enum TCPTableTarget: FuzzTarget {
    /// `tcp-table`
    public static let name = "tcp-table"

    /// Reads each line as a question and as an answer.
    public static func check(_ bytes: [UInt8]) throws(BrokenInvariant) {
        let stream = Stream(bytes: bytes, bound: TCPTableFramer.lineLimit)
        let lines = try stream.messages {
            var framer = TCPTableFramer()
            return { try framer.next(from: &$0) }
        }
        for line in lines {
            try checkQuestion(TCPTableRequest(parsing: line))
            if let reply = TCPTableReply(parsing: line) { try checkAnswer(reply) }
        }
        let text = String(decoding: bytes, as: UTF8.self)
        for reply in [TCPTableReply.found(text), .notFound(text), .temporary(text)] { try checkAnswer(reply) }
    }

    private static func checkQuestion(_ request: TCPTableRequest) throws(BrokenInvariant) {
        guard case .get(let key) = request else { return }
        try hold(!key.utf8.contains(0), "a key has a NUL")
        let line = try line { request.encode(into: &$0) }
        try same(TCPTableRequest(parsing: line), request, "a question that was written and read")
    }

    /// A value arrives whole or not at all; a reason may be cut.
    private static func checkAnswer(_ reply: TCPTableReply) throws(BrokenInvariant) {
        let line = try line { reply.encode(into: &$0) }
        try hold(line.readableBytes < TCPTableReply.lineLimit, "a reply is longer than Postfix reads")
        let again = try must(TCPTableReply(parsing: line), "a reply that was written is none")
        switch (reply, again) {
        case (.found(let sent), .found(let read)): try same(read, sent, "a value")
        case (.found, .notFound(let reason)): try same(reason, "Result too long", "why a value is not sent")
        case (.notFound(let sent), .notFound(let read)), (.temporary(let sent), .temporary(let read)):
            try hold(sent.utf8.starts(with: read.utf8), "a reason is another one")
        default: throw BrokenInvariant("\(reply) is read as \(again)")
        }
    }

    private static func line(_ write: (inout ByteBuffer) -> Void) throws(BrokenInvariant) -> ByteBuffer {
        var buffer = ByteBuffer()
        write(&buffer)
        try same(buffer.readableBytesView.firstIndex(of: 0x0a), buffer.writerIndex - 1, "the only line end")
        let isPrintable = buffer.readableBytesView.dropLast().allSatisfy { (0x20...0x7e).contains($0) }
        try hold(isPrintable, "a line is not of printable ASCII")
        return buffer.getSlice(at: 0, length: buffer.readableBytes - 1) ?? ByteBuffer()
    }
}
