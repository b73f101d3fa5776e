public import PostfixProtocol

/// What a check decided.
public enum Verdict: Sendable, Equatable {
    /// Go on with the next check.
    case none
    /// Stop this policy and answer DUNNO: a whitelist hit. Postfix's own restrictions still apply.
    case pass
    /// A Postfix action, final or carried (see ``Weight``).
    case action(PolicyAction)

    /// Whether an action ends the reading of a policy.
    public enum Weight: Sendable, Equatable {
        /// Is the reply at once.
        case final
        /// Is remembered while reading goes on.
        case carried
    }

    /// Parses the value of a `verdict.CHECK` attribute: `none`, `pass`, or a Postfix action; `DUNNO` counts as none.
    /// - Returns: nil when the text is none of these.
    public init?(parsing text: String) {
        switch text {
        case "none": self = .none
        case "pass": self = .pass
        default:
            guard let action = PolicyAction(parsing: text) else { return nil }
            self = action.kind == .dunno ? .none : .action(action)
        }
    }

    /// The value of a `verdict.CHECK` attribute.
    public var text: String {
        switch self {
        case .none: "none"
        case .pass: "pass"
        case .action(let action): action.text
        }
    }

    /// Whether `action`, as a verdict, is final or carried.
    public static func weight(of action: PolicyAction) -> Weight {
        switch action.kind {
        case .reject, .code4, .code5, .defer, .ok, .dunno: .final
        case .deferIfReject, .deferIfPermit, .bcc, .discard, .filter, .hold, .info, .prepend, .redirect, .warn:
            .carried
        }
    }
}
