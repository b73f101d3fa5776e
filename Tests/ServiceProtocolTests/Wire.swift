import NIOCore
import PostfixProtocol

/// The lines that `encode` writes.
func lines(_ encode: (inout ByteBuffer) -> Void) -> [String] {
    var buffer = ByteBuffer()
    encode(&buffer)
    return String(buffer: buffer).split(separator: "\n").map(String.init)
}

/// What a peer reads of what `encode` writes, with the standard limits.
func sent(_ encode: (inout ByteBuffer) -> Void) throws -> AttributeList {
    var buffer = ByteBuffer(string: "protocol=1\nid=17\n")
    encode(&buffer)
    return try AttributeList(buffer)
}

/// What a peer reads of these lines.
func received(_ lines: String...) throws -> AttributeList {
    try AttributeList(ByteBuffer(string: (["protocol=1"] + lines).map { $0 + "\n" }.joined()))
}
