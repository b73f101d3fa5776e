/// The texts that separate a local part from its extension, tried in this order; compare Postfix's
/// `recipient_delimiter`.
public struct RecipientDelimiters: Sendable, Hashable, ExpressibleByArrayLiteral {
    /// The delimiters in lower case, none of them empty.
    public let list: [String]

    /// Empty texts are left out.
    public init(_ delimiters: [String]) {
        list = delimiters.filter { !$0.isEmpty }.map { $0.lowercased() }
    }

    /// Empty texts are left out.
    public init(arrayLiteral elements: String...) {
        self.init(elements)
    }

    /// No delimiter: no address has an extension.
    public static let none = RecipientDelimiters([])
}
