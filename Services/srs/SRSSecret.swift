/// A key that signs rewritten addresses, for as long as it lasts. It does not show itself when it is printed.
public struct SRSSecret: Sendable, Hashable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    let bytes: [UInt8]

    /// The last day on which it counts, in days since 1970-01-01 UTC; nil when it has no end.
    public var lastDay: Int?

    /// Takes the key's bytes as they are; nil when there is none.
    public init?(_ bytes: [UInt8], lastDay: Int? = nil) {
        guard !bytes.isEmpty else { return nil }
        self.bytes = bytes
        self.lastDay = lastDay
    }

    /// Takes the UTF-8 bytes of a text; nil when it is empty.
    public init?(_ text: String, lastDay: Int? = nil) {
        self.init(Array(text.utf8), lastDay: lastDay)
    }

    /// Whether it counts on this day.
    public func isValid(on day: Int) -> Bool {
        lastDay.map { day <= $0 } ?? true
    }

    /// What the secret is called where it must not be shown: 16 hexadecimal digits, the same on every host. They tell
    /// as much of it as the hash in a rewritten address does.
    public var fingerprint: String {
        let code = PreparedKey(bytes)?.code(of: Array("\0fingerprint of a secret".utf8)) ?? []
        return code.prefix(8).map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }

    /// A text in place of the key.
    public var description: String { "<secret>" }

    /// A text in place of the key.
    public var debugDescription: String { description }

    /// No children: `dump` would show the key.
    public var customMirror: Mirror { Mirror(self, children: []) }
}
