import NIOCore
import PostfixProtocol
import ServiceProtocol

/// Look-ups in a service's table: the question and the answer.
public enum LookupTarget: FuzzTarget {
    /// `lookup`
    public static let name = "lookup"

    /// Reads the bytes as a question and an answer, and has their text found.
    public static func check(_ bytes: [UInt8]) throws(BrokenInvariant) {
        let text = String(decoding: bytes, as: UTF8.self)
        for result in [LookupResult.found(text), .notFound(text), .temporary(text)] { try check(result) }
        guard let list = Message.decoded(bytes) else { return }
        if let result = LookupResult(list) { try check(result) }
        guard let request = LookupRequest(list) else { return }
        let again = try must(
            LookupRequest(try Message.sent { request.encode(into: &$0) }), "a question that was written is none")
        try same(again.map, request.map, "the map")
        try same(again.key, request.key, "the key")
        try same(again.facts, request.facts, "the facts")
        try same(again.deadline.milliseconds, request.deadline.milliseconds, "the deadline")
    }

    private static func check(_ result: LookupResult) throws(BrokenInvariant) {
        try same(
            LookupResult(try Message.sent { result.encode(into: &$0) }), result, "a result that was written and read")
    }
}
