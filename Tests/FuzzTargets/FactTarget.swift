import NIOCore
import PostfixProtocol
import ServiceProtocol

/// Facts: names, the question to a provider, and its answer.
public enum FactTarget: FuzzTarget {
    /// `fact`
    public static let name = "fact"

    /// Reads the bytes as a name, a question and an answer.
    public static func check(_ bytes: [UInt8]) throws(BrokenInvariant) {
        let text = String(decoding: bytes, as: UTF8.self)
        if let name = FactName(parsing: text) {
            try same(FactName(parsing: name.description), name, "the text of a fact's name")
            try same(name.description, text, "the text of a fact's name")
        }
        if let want = FactWant(parsing: "local:sender"), let name = want.name(for: text) {
            try hold(name.hasValidDomain, "a fact about no domain: \(name)")
            try same(FactName(parsing: name.description), name, "the text of a fact about an address")
        }
        guard let list = Message.decoded(bytes) else { return }
        try checkQuestion(list)
        guard let reply = FactReply(list) else { return }
        try same(FactReply(try Message.sent { reply.encode(into: &$0) }), reply, "facts that were written and read")
    }

    private static func checkQuestion(_ list: AttributeList) throws(BrokenInvariant) {
        guard let request = FactRequest(list) else { return }
        let again = try must(
            FactRequest(try Message.sent { request.encode(into: &$0) }), "a question that was written is none")
        try same(again.names, request.names, "the names")
        try same(again.clientAddress, request.clientAddress, "the client")
        try same(again.deadline.milliseconds, request.deadline.milliseconds, "the deadline")
    }
}
