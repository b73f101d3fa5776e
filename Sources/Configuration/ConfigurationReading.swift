/// A way to understand a value: what its text must be and what it becomes.
public struct ConfigurationReading<Value> {
    /// Stands in for a required value that is missing or wrong, until the reading fails as a whole.
    public let placeholder: Value
    let read: (ConfigurationItem) -> Value?

    /// A reading by a function that returns nil after it recorded what is wrong with the item.
    public init(placeholder: Value, read: @escaping (ConfigurationItem) -> Value?) {
        self.placeholder = placeholder
        self.read = read
    }

    /// A reading of text into a type of its own; `expected` names it in errors, as in "expected a mail address". The
    /// function returns nil for text that is no such value.
    public static func parsed(
        _ expected: String,
        placeholder: Value,
        _ parse: @escaping (String) -> Value?
    ) -> ConfigurationReading {
        ConfigurationReading(placeholder: placeholder) { item in
            guard let text = item.scalar?.text, let value = parse(text) else {
                item.expected(expected)
                return nil
            }
            return value
        }
    }

    /// A list whose items are read one by one; all wrong items are reported.
    public static func list<Element>(
        of element: ConfigurationReading<Element>
    ) -> ConfigurationReading where Value == [Element] {
        ConfigurationReading(placeholder: []) { item in
            item.isList ? item.items().compactMap(element.read) : Self.wrongList(item)
        }
    }

    private static func wrongList<Element>(_ item: ConfigurationItem) -> [Element]? {
        _ = item.items()
        return nil
    }
}
