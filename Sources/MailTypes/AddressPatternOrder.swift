/// The place of a stored entry among those that cover one address or client. The entry that decides is the least.
///
/// By priority, the highest first; then the domain part with more labels; then entries for the original address before
/// those for its alias-target domain; then the narrower set of clients; then `@ip` before `@.`; then the lowest id.
public struct AddressPatternOrder: Sendable, Hashable, Comparable {
    /// The priority stored with the entry.
    public let priority: Int

    /// The id of the stored row.
    public let id: Int64

    private let labelCount: Int
    private let isAliasDerived: Bool
    private let hostBits: Int
    private let isCatchall: Bool

    /// The place of an entry. Without a stored priority its kind's one counts.
    public init(_ pattern: AddressPattern, priority: Int? = nil, isAliasDerived: Bool = false, id: Int64) {
        self.priority = priority ?? pattern.priority
        self.id = id
        labelCount = pattern.labelCount
        self.isAliasDerived = isAliasDerived
        hostBits = pattern.hostBits
        isCatchall = pattern == .catchall
    }

    /// True when the left entry comes before the right one.
    public static func < (left: AddressPatternOrder, right: AddressPatternOrder) -> Bool {
        if left.priority != right.priority { return left.priority > right.priority }
        if left.labelCount != right.labelCount { return left.labelCount > right.labelCount }
        if left.isAliasDerived != right.isAliasDerived { return right.isAliasDerived }
        if left.hostBits != right.hostBits { return left.hostBits < right.hostBits }
        if left.isCatchall != right.isCatchall { return right.isCatchall }
        return left.id < right.id
    }
}
