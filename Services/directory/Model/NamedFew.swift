/// The values of a few names, which are compared one after the other. Beyond these few it keeps nothing; they are in
/// place, so nothing is allocated for them.
struct NamedFew<Value> {
    private var names = InlineArray<4, String>(repeating: "")
    private var values = InlineArray<4, Value?>(repeating: nil)
    private var count = 0

    /// The value that is kept for a name.
    subscript(name: String) -> Value? {
        for index in 0..<count where names[index] == name { return values[index] }
        return nil
    }

    /// Keeps a value for a name that has none yet, while there is room.
    mutating func add(_ name: String, _ value: Value) {
        guard count < names.count else { return }
        names[count] = name
        values[count] = value
        count += 1
    }
}

extension NamedFew: Sendable where Value: Sendable {}
