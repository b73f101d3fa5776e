/// A key that signs rewritten addresses. It does not show itself when it is printed.
public struct SRSSecret: Sendable, Hashable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    let bytes: [UInt8]

    /// Takes the key's bytes as they are; nil when there is none.
    public init?(_ bytes: [UInt8]) {
        guard !bytes.isEmpty else { return nil }
        self.bytes = bytes
    }

    /// Takes the UTF-8 bytes of a text; nil when it is empty.
    public init?(_ text: String) {
        self.init(Array(text.utf8))
    }

    /// A text in place of the key.
    public var description: String { "<secret>" }

    /// A text in place of the key.
    public var debugDescription: String { description }

    /// No children: `dump` would show the key.
    public var customMirror: Mirror { Mirror(self, children: []) }
}
