/// The values of a few names, which are compared one after the other. Beyond these few it keeps nothing.
struct NamedFew<Value> {
    private var elements: [(name: String, value: Value)] = []
    private static var few: Int { 8 }

    /// The value that is kept for a name.
    subscript(name: String) -> Value? {
        for index in elements.indices where elements[index].name == name { return elements[index].value }
        return nil
    }

    /// Keeps a value for a name that has none yet, while there is room.
    mutating func add(_ name: String, _ value: Value) {
        guard elements.count < Self.few else { return }
        if elements.isEmpty { elements.reserveCapacity(Self.few) }
        elements.append((name, value))
    }
}

extension NamedFew: Sendable where Value: Sendable {}
