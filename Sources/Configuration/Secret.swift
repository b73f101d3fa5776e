/// A password or key. Printing, dumping or interpolating it shows `(secret)`.
public struct Secret: Sendable, Hashable {
    private let value: String

    /// Takes a secret's text.
    public init(_ value: String) {
        self.value = value
    }

    /// The text itself, for the one call that needs it; never to be logged.
    public func revealed() -> String {
        value
    }
}

extension Secret: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// `(secret)`.
    public var description: String {
        "(secret)"
    }

    /// `(secret)`.
    public var debugDescription: String {
        description
    }

    /// A mirror without children, so that `dump` shows nothing.
    public var customMirror: Mirror {
        Mirror(self, children: [])
    }
}
