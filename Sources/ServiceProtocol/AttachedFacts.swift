internal import PostfixProtocol

/// The facts that go along with a question. They are few, and looked at one after the other.
public struct AttachedFacts: Sendable, Equatable, ExpressibleByDictionaryLiteral {
    private var elements: [(name: FactName, value: String)] = []

    /// No facts.
    public init() {}

    /// These facts; of one that stands there twice the last value holds.
    public init(dictionaryLiteral elements: (FactName, String)...) {
        for (name, value) in elements { self[name] = value }
    }

    /// The value of a fact; nil when it does not go along.
    public subscript(name: FactName) -> String? {
        get { elements.last { $0.name == name }?.value }
        set {
            if let place = elements.lastIndex(where: { $0.name == name }) {
                if let newValue { elements[place].value = newValue } else { elements.remove(at: place) }
            } else if let newValue {
                elements.append((name, newValue))
            }
        }
    }

    /// Those of a message. Of one that stands there twice the last value holds.
    init(in list: AttributeList) {
        list.forEach(prefix: "fact.") { name, value in
            if let name = FactName(parsing: name) { elements.append((name, value)) }
        }
    }

    /// Adds a fact that does not go along yet. That is not looked for, so many are added in linear time.
    public mutating func append(_ name: FactName, _ value: String) {
        elements.append((name, value))
    }

    /// Writes a line for each.
    func encode(into writer: inout ByteWriter) {
        for (name, value) in elements { name.encode(value, into: &writer) }
    }

    /// Enough for these lines.
    var space: Int { elements.reduce(0) { $0 + $1.name.space(of: $1.value) } }

    /// Whether two questions have the same facts along, in whatever order.
    public static func == (left: AttachedFacts, right: AttachedFacts) -> Bool {
        left.elements.allSatisfy { right[$0.name] == left[$0.name] }
            && right.elements.allSatisfy { left[$0.name] == right[$0.name] }
    }
}

extension AttachedFacts: RandomAccessCollection {
    /// The place of the first fact.
    public var startIndex: Int { elements.startIndex }

    /// The place behind the last fact.
    public var endIndex: Int { elements.endIndex }

    /// A fact by its place.
    public subscript(position: Int) -> (name: FactName, value: String) { elements[position] }
}
