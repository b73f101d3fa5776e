public import NIOCore

/// An action of Postfix (access(5), SMTPD_POLICY_README) in a closed, checked form.
///
/// Restriction class names are not among them: what they do is written in main.cf and cannot be checked here.
public struct PolicyAction: Sendable, Equatable, CustomStringConvertible {
    /// What the action does. The raw values index tables; they never leave the process.
    public enum Kind: Int, Sendable, Hashable, CaseIterable {
        /// Permit, and skip the later restrictions of that list.
        case ok
        /// Nothing: go on with the next restriction.
        case dunno
        /// Refuse for good with the reply code of main.cf.
        case reject
        /// Refuse for now with the reply code of main.cf.
        case `defer`
        /// Refuse for now: 4NN and a text.
        case code4
        /// Refuse for good: 5NN and a text.
        case code5
        /// Refuse for now if a later restriction would refuse for good.
        case deferIfReject
        /// Refuse for now if a later restriction would permit.
        case deferIfPermit
        /// Send a copy to an address.
        case bcc
        /// Accept and throw the whole message away.
        case discard
        /// Send the whole message through a content filter.
        case filter
        /// Put the whole message on hold.
        case hold
        /// Log a line.
        case info
        /// Put a header in front of the message.
        case prepend
        /// Send the whole message to another address.
        case redirect
        /// Log a warning.
        case warn
    }

    /// The longest text in bytes: with its reply code it fits in one line of SMTP (RFC 5321 section 4.5.3.1.5).
    public static let textLimit = 400

    /// What the action does.
    public let kind: Kind
    /// All that stands behind `action=`: the keyword in upper case, and its argument. Valid UTF-8 without control
    /// characters, at most `textLimit` bytes.
    public let text: String

    /// For constants and checked text only.
    init(kind: Kind, text: String) {
        self.kind = kind
        self.text = text
    }

    /// The same as `text`.
    public var description: String { text }

    /// Go on with the next restriction: what a policy answers when it has nothing to say.
    public static let dunno = PolicyAction(kind: .dunno, text: "DUNNO")
    /// Permit, and skip the later restrictions of that list.
    public static let ok = PolicyAction(kind: .ok, text: "OK")
    /// Refuse for good, with Postfix's own text.
    public static let reject = PolicyAction(kind: .reject, text: "REJECT")
    /// Refuse for now, with Postfix's own text.
    public static let `defer` = PolicyAction(kind: .defer, text: "DEFER")
    /// Refuse for now what would be permitted: the answer of the failure rule `defer`.
    public static let serviceUnavailable = PolicyAction(
        kind: .deferIfPermit, text: "DEFER_IF_PERMIT 4.3.5 Service temporarily unavailable")

    /// Appends the whole reply: `action=TEXT` and the empty line.
    public func encode(into buffer: inout ByteBuffer) {
        buffer.write(atMost: text.utf8.count + 9) { writer in
            writer.write("action=" as StaticString)
            writer.write(text)
            writer.write("\n\n" as StaticString)
        }
    }
}
