/// A value of the configuration: what a file holds, or what a program prints.
public struct ConfigurationNode: Sendable {
    /// The three shapes of a value.
    public enum Content: Sendable {
        /// A single value.
        case scalar(ConfigurationScalar)
        /// A sequence of values.
        case list([ConfigurationNode])
        /// Keys with their values, in the file's order, each key once.
        case mapping([Entry])
    }

    /// One key of a mapping with its value.
    public struct Entry: Sendable {
        /// The key.
        public let key: String
        /// Where the key stands.
        public let keyLocation: ConfigurationLocation
        /// The key's value.
        public let value: ConfigurationNode

        /// A key with its value.
        public init(key: String, keyLocation: ConfigurationLocation = .generated, value: ConfigurationNode) {
            self.key = key
            self.keyLocation = keyLocation
            self.value = value
        }
    }

    /// The value.
    public let content: Content
    /// Where it begins; `.generated` for a node made by the program.
    public let location: ConfigurationLocation

    /// A value with its place.
    public init(_ content: Content, at location: ConfigurationLocation = .generated) {
        self.content = content
        self.location = location
    }

    /// True for an empty value, `~` and `null`.
    public var isNull: Bool {
        if case .scalar(let scalar) = content { scalar.isNull } else { false }
    }

    /// The value as an error message names it: its text, or its shape. Long text is cut.
    var found: String {
        switch content {
        case .list: "the list"
        case .mapping: "the mapping"
        case .scalar(let scalar): Self.found(scalar)
        }
    }

    private static let foundLimit = 60

    private static func found(_ scalar: ConfigurationScalar) -> String {
        guard !scalar.isNull else { return "nothing" }
        let isCut = scalar.text.count > foundLimit
        let text = isCut ? scalar.text.prefix(foundLimit) + "..." : scalar.text
        // Plain text may go over several lines; an error is one line.
        let isPlain = scalar.style == .plain && !DoubleQuotedText.needsEscapes(text)
        return isPlain ? text : DoubleQuotedText.quote(text)
    }
}
