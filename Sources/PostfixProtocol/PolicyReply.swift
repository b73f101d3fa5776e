public import NIOCore

/// The reply of a policy server as its client reads it: for tools and tests.
public struct PolicyReply: Sendable, Equatable {
    /// What stood behind `action=`; invalid UTF-8 is replaced by U+FFFD.
    public let text: String

    /// Reads a message of the framer; nil when there is no `action=` in it.
    public init?(_ message: ByteBuffer) {
        guard let list = try? AttributeList(message), let text = list.string("action") else { return nil }
        self.text = text
    }

    /// Reads one line `action=TEXT`, with or without its line end; nil when it is another one.
    public init?(parsing line: String) {
        self.init(ByteBuffer(string: line))
    }

    /// The action, if it is one that this module knows.
    public var action: PolicyAction? { PolicyAction(parsing: text) }
}
