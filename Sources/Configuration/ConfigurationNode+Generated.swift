extension ConfigurationNode {
    /// Text; printed with quotes only where YAML needs them.
    public init(_ text: String) {
        self.init(.scalar(ConfigurationScalar(text: text, style: .quoted)))
    }

    /// A whole number.
    public init(_ number: Int) {
        self.init(plain: String(number))
    }

    /// `true` or `false`.
    public init(_ flag: Bool) {
        self.init(plain: flag ? "true" : "false")
    }

    /// A duration, such as `15m`.
    public init(_ duration: TimeSpan) {
        self.init(plain: duration.description)
    }

    /// A size, such as `5M`.
    public init(_ size: ByteSize) {
        self.init(plain: size.description)
    }

    /// `(secret)`: the secret's value is never part of a node.
    public init(_ secret: Secret) {
        self.init(plain: secret.description)
    }

    /// A list of text.
    public init(_ texts: [String]) {
        self.init(list: texts.map { ConfigurationNode($0) })
    }

    /// A list.
    public init(list: [ConfigurationNode]) {
        self.init(.list(list))
    }

    /// A mapping in the given order. A key without a value is left out; of a key given twice the last value counts.
    public init(mapping pairs: [(String, ConfigurationNode?)]) {
        var entries: [Entry] = []
        for (key, value) in pairs {
            guard let value else { continue }
            entries.removeAll { $0.key == key }
            entries.append(Entry(key: key, value: value))
        }
        self.init(.mapping(entries))
    }

    private init(plain text: String) {
        self.init(.scalar(ConfigurationScalar(text: text, style: .plain)))
    }
}

extension ConfigurationNode: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByBooleanLiteral,
    ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral
{
    /// Text.
    public init(stringLiteral value: String) {
        self.init(value)
    }

    /// A whole number.
    public init(integerLiteral value: Int) {
        self.init(value)
    }

    /// `true` or `false`.
    public init(booleanLiteral value: Bool) {
        self.init(value)
    }

    /// A list.
    public init(arrayLiteral elements: ConfigurationNode...) {
        self.init(list: elements)
    }

    /// A mapping in the order written.
    public init(dictionaryLiteral elements: (String, ConfigurationNode)...) {
        self.init(mapping: elements.map { ($0.0, $0.1) })
    }
}
