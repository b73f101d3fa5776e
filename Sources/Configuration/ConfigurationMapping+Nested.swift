extension ConfigurationMapping {
    /// The mapping of a key; when the file does not have it, an empty one whose keys take their defaults.
    public func mapping(_ key: String) -> ConfigurationMapping {
        item(key)?.mapping() ?? ConfigurationMapping(missingIn: self, key: key)
    }

    /// The mapping of a key, or nil when the file does not have it.
    public func optionalMapping(_ key: String) -> ConfigurationMapping? {
        item(key)?.mapping()
    }

    /// The configuration of a key; a missing mapping is read as an empty one.
    public func mapping<Value: ConfigurationDecodable>(_ key: String, as type: Value.Type) -> Value {
        Value(from: mapping(key))
    }

    /// A list whose items the caller reads: text, mappings, or either. No list when the file does not have the key.
    public func list<Element>(_ key: String, _ read: (ConfigurationItem) -> Element?) -> [Element] {
        item(key)?.items().compactMap(read) ?? []
    }

    /// A list of mappings.
    public func list<Element: ConfigurationDecodable>(_ key: String, of type: Element.Type) -> [Element] {
        list(key) { Element(from: $0.mapping()) }
    }

    /// A mapping of mappings under names that the administrator chooses, in the file's order.
    public func mappings<Element>(
        _ key: String,
        _ read: (_ name: String, _ mapping: ConfigurationMapping) -> Element?
    ) -> [(name: String, value: Element)] {
        mapping(key).allItems().compactMap { name, item in
            read(name, item.mapping()).map { (name, $0) }
        }
    }

    /// A mapping of configurations under names that the administrator chooses, in the file's order.
    public func mappings<Element: ConfigurationDecodable>(
        _ key: String,
        of type: Element.Type
    ) -> [(name: String, value: Element)] {
        mappings(key) { _, mapping in Element(from: mapping) }
    }
}
