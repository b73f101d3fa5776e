import NIOCore
import PostfixProtocol
import ServiceProtocol

/// What a service says of itself.
public enum HelloTarget: FuzzTarget {
    /// `hello`
    public static let name = "hello"

    /// Reads the bytes as the answer of a service, writes it, and reads it again.
    public static func check(_ bytes: [UInt8]) throws(BrokenInvariant) {
        guard let list = Message.decoded(bytes), let hello = Hello(list) else { return }
        try hold(!hello.service.isEmpty, "a service without a name")
        try same(Hello(try Message.sent { hello.encode(into: &$0) }), hello, "a hello that was written and read")
    }
}
