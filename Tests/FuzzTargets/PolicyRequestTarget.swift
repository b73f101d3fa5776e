import NIOCore
import PostfixProtocol
import ServiceProtocol

/// Policy requests: what Postfix sends, and what the frontend makes of it for a service.
public enum PolicyRequestTarget: FuzzTarget {
    /// `policy-request`
    public static let name = "policy-request"

    /// Decodes the bytes as a message of Postfix, then as one of the frontend.
    public static func check(_ bytes: [UInt8]) throws(BrokenInvariant) {
        var buffer = ByteBuffer(bytes: bytes)
        var framer = AttributeListFramer()
        while let message = (try? framer.next(from: &buffer)) ?? nil {
            if let request = try decoded(message) { try check(request) }
        }
        try checkFraming(bytes)
        if let list = Message.decoded(bytes) { try check(PolicyRequest(list)) }
    }

    /// The framer's own request is that of the message it finds.
    private static func checkFraming(_ bytes: [UInt8]) throws(BrokenInvariant) {
        var buffers = (ByteBuffer(bytes: bytes), ByteBuffer(bytes: bytes))
        var framers = (AttributeListFramer(), AttributeListFramer())
        while let message = (try? framers.0.next(from: &buffers.0)) ?? nil {
            let expected = try? PolicyRequest(message)
            try same(try? framers.1.nextRequest(from: &buffers.1), expected, "the request found by the framer")
            try same(buffers.1.readableBytes, buffers.0.readableBytes, "the bytes behind the request")
        }
    }

    private static func decoded(_ message: ByteBuffer) throws(BrokenInvariant) -> PolicyRequest? {
        do {
            let request = try PolicyRequest(message)
            let isNamed = request[.request].elementsEqual("smtpd_access_policy".utf8)
            try hold(isNamed || message.readableBytes == 0, "a request of another name is taken")
            return request
        } catch let error as PolicyRequestError {
            try hold(!"\(error)".hasControl, "an error has control characters: \(error)")
            return nil
        } catch {
            throw BrokenInvariant("\(error)")
        }
    }

    private static func check(_ request: PolicyRequest) throws(BrokenInvariant) {
        for attribute in PolicyAttribute.allCases {
            let text = String(validating: request[attribute], as: UTF8.self)
            try hold(text?.utf8.contains(0) == false, "\(attribute.name) is no text without NUL")
            try same(request.isEmpty(attribute), text == "", "\(attribute.name) is empty")
            try hold(request.integer(attribute) >= 0, "\(attribute.name) is negative")
        }
        let again = PolicyRequest(try Message.sent { request.encodeAttributes(into: &$0) })
        for attribute in PolicyAttribute.allCases where attribute != .request {
            try same(again.string(attribute), request.string(attribute), "\(attribute.name) on the wire")
        }
        let key = RecordingKey(policy: "default", request: request)
        try same(key == nil, request.isEmpty(.instance), "no recording key without instance")
        try same(RecordingKey(policy: "default", request: again), key, "the recording key on the wire")
        try same(key.flatMap { RecordingKey(parsing: $0.description) }, key, "the recording key as text")
    }
}
