import NIOCore
import PostfixProtocol
import ServiceProtocol

/// Management verbs and their answers.
public enum AdminTarget: FuzzTarget {
    /// `admin`
    public static let name = "admin"

    /// Reads the bytes as a verb and as an answer.
    public static func check(_ bytes: [UInt8]) throws(BrokenInvariant) {
        guard let list = Message.decoded(bytes) else { return }
        if let request = AdminRequest(list, peerUserID: nil) {
            let again = try must(
                AdminRequest(try Message.sent { request.encode(into: &$0) }, peerUserID: nil),
                "a verb that was written is none")
            try same(again.verb, request.verb, "the verb")
            try same(again.arguments, request.arguments, "the arguments")
        }
        if let reply = AdminReply(list) {
            try same(AdminReply(try Message.sent { reply.encode(into: &$0) }), reply, "an answer, written and read")
        }
    }
}
