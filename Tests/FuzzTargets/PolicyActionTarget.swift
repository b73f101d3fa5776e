import NIOCore
import PostfixProtocol
import ServiceProtocol

/// Actions, verdicts, and the reply to Postfix.
public enum PolicyActionTarget: FuzzTarget {
    /// `policy-action`
    public static let name = "policy-action"

    /// Reads the text as an action and a verdict; what Postfix is told is one clean line.
    public static func check(_ bytes: [UInt8]) throws(BrokenInvariant) {
        let text = String(decoding: bytes, as: UTF8.self)
        if let verdict = Verdict(parsing: text) {
            try same(Verdict(parsing: verdict.text), verdict, "the text of a verdict")
        }
        guard let action = PolicyAction(parsing: text) else { return }
        try hold(!action.text.hasControl, "an action has control characters: \(action.text.debugDescription)")
        try hold(action.text.utf8.count <= PolicyAction.textLimit, "an action is too long")
        try same(PolicyAction(parsing: action.text), action, "the text of an action")
        try same(PolicyAction(parsing: action.text)?.text, action.text, "the text of an action")
        var buffer = ByteBuffer()
        action.encode(into: &buffer)
        try same(String(buffer: buffer), "action=\(action.text)\n\n", "the reply to Postfix")
        var framer = AttributeListFramer()
        let message = try succeed("the reply to Postfix is refused") { try framer.next(from: &buffer) }
        try same(message.flatMap { PolicyReply($0) }?.text, action.text, "what Postfix reads")
        try same(buffer.readableBytes, 0, "bytes behind the reply")
    }
}
