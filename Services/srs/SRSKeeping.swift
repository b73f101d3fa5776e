/// Which original addresses are kept in the store, and replaced by a short address, instead of being written into it.
public enum SRSKeeping: String, Sendable, Hashable, CaseIterable {
    /// Those whose rewritten address would be longer than RFC 5321 allows.
    case tooLong = "too-long"
    /// All.
    case always
    /// None: what would be too long is not rewritten.
    case never
}
