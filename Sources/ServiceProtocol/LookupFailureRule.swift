/// What a lookup amounts to that could not be decided (docs/architecture.md).
public enum LookupFailureRule: String, Sendable, Hashable, CaseIterable {
    /// "Not found": Postfix goes on with the address as it is.
    case notFound = "not-found"
    /// A temporary error: Postfix defers the mail.
    case temporary

    /// The result of a lookup that failed; the texts are for Postfix's log.
    public func result(notFound: String, temporary: String) -> LookupResult {
        switch self {
        case .notFound: .notFound(notFound)
        case .temporary: .temporary(temporary)
        }
    }
}
