/// Different recipients of one message, as received. Most messages have one, which needs no table.
public struct RecipientSet: Sendable, ExpressibleByArrayLiteral, Sequence {
    private var first: String?
    private var others: Set<String> = []

    /// These recipients.
    public init(arrayLiteral recipients: String...) {
        for recipient in recipients { insert(recipient) }
    }

    /// How many there are.
    public var count: Int { first == nil ? 0 : 1 + others.count }

    /// Whether there is none.
    public var isEmpty: Bool { first == nil }

    /// Adds one, unless it is there.
    public mutating func insert(_ recipient: String) {
        guard let first else { return first = recipient }
        if recipient != first { others.insert(recipient) }
    }

    /// A fair estimate of its memory in bytes.
    var size: Int {
        guard let first else { return 0 }
        return others.reduce(first.utf8.count + 48) { $0 + $1.utf8.count + 48 }
    }

    /// All of them, in no particular order.
    public func makeIterator() -> some IteratorProtocol<String> {
        ([first].lazy.compactMap { $0 } + others).makeIterator()
    }
}
