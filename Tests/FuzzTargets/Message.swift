import NIOCore
import PostfixProtocol

/// Messages between our own processes, made of arbitrary bytes.
enum Message {
    /// The line a message of ours begins with.
    static let first = Array("protocol=1\n".utf8)

    /// The first message of a stream of these bytes behind `protocol=1`; nil when there is none.
    static func decoded(_ bytes: [UInt8]) -> AttributeList? {
        var buffer = ByteBuffer(bytes: first + bytes + Array("\n\n".utf8))
        var framer = AttributeListFramer()
        return (try? framer.next(from: &buffer)).flatMap { try? AttributeList($0) }
    }

    /// What a reader gets of the attributes that `write` writes: behind `protocol=1`, framed and decoded.
    static func sent(_ write: (inout ByteBuffer) -> Void) throws(BrokenInvariant) -> AttributeList {
        var buffer = ByteBuffer()
        buffer.writeAttribute("protocol", 1)
        write(&buffer)
        buffer.writeEndOfMessage()
        let text = buffer.readableBytesView
        let isClean = text.allSatisfy { $0 == 0x0a || ($0 >= 0x20 && $0 != 0x7f) }
        try hold(isClean, "a control character is on the wire: \(String(buffer: buffer).debugDescription)")
        var framer = AttributeListFramer()
        let message = try succeed("what was written is refused") { try framer.next(from: &buffer) }
        try hold(buffer.readableBytes == 0, "what was written is more than one message")
        let found = try must(message, "what was written is no whole message")
        return try succeed("what was written is refused") { try AttributeList(found) }
    }
}
