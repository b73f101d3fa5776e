public import PostfixProtocol

/// What a check amounts to when its service is down, too slow or answers nonsense (docs/architecture.md).
public enum FailureRule: String, Sendable, Hashable, CaseIterable {
    /// Go on as if the check had nothing to say.
    case dunno
    /// Remember `DEFER_IF_PERMIT 4.3.5 Service temporarily unavailable` and go on.
    case `defer`

    /// The action the rule carries; none for `dunno`.
    public var action: PolicyAction? {
        self == .defer ? Self.temporarilyUnavailable : nil
    }

    /// The reply of the rule `defer`. `DEFER_IF_PERMIT` lets a later, final refusal of Postfix stand (access(5)).
    public static let temporarilyUnavailable =
        PolicyAction(parsing: "DEFER_IF_PERMIT 4.3.5 Service temporarily unavailable") ?? .dunno
}
