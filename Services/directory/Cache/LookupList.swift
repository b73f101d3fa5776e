/// Values by question, in the order in which they came. Few of them are found by comparing, which costs less than
/// hashing; many by an index.
package struct LookupList<Value> {
    private var elements: [(lookup: Lookup, value: Value)] = []
    /// Where each stands; empty while there are few.
    private var places: [Lookup: Int] = [:]
    private static var few: Int { 16 }

    /// A list with nothing in it.
    package init() {}

    /// The questions.
    package var lookups: [Lookup] { elements.map(\.lookup) }

    /// Whether there is none.
    package var isEmpty: Bool { elements.isEmpty }

    /// The value of a question; nil without one.
    package subscript(lookup: Lookup) -> Value? {
        place(of: lookup).map { elements[$0].value }
    }

    /// Gives a question a value, instead of any that it has.
    package mutating func set(_ lookup: Lookup, to value: Value) {
        if let place = place(of: lookup) {
            elements[place].value = value
        } else {
            add(lookup, value)
        }
    }

    /// Gives a value to a question that has none yet.
    mutating func add(_ lookup: Lookup, _ value: Value) {
        if elements.isEmpty { elements.reserveCapacity(Self.few) }
        elements.append((lookup, value))
        guard elements.count > Self.few else { return }
        if places.isEmpty {
            for (place, element) in elements.enumerated() { places[element.lookup] = place }
        } else {
            places[lookup] = elements.count - 1
        }
    }

    /// The list with these values too, which stand instead of any that it has for the same questions.
    package func adding(_ others: [(lookup: Lookup, answer: Value)]) -> Self {
        var list = self
        for (lookup, value) in others { list.set(lookup, to: value) }
        return list
    }

    private func place(of lookup: Lookup) -> Int? {
        places.isEmpty ? elements.firstIndex { $0.lookup == lookup } : places[lookup]
    }
}

extension LookupList: Sendable where Value: Sendable {}
