internal import ServiceProtocol

/// Whether the SPF record of the sender's domain lists the client, as far as it matters for an attempt.
enum SPFListing: Sendable {
    /// The kind of fact that says it.
    static let factKind = "spf-listed"

    /// It does not matter, or the client is not listed, or nobody knows.
    case irrelevant
    /// It is listed, by this domain.
    case listed(String)
    /// It has not been asked for.
    case unasked(FactName)
}
