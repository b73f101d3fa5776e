internal import PostfixProtocol

extension Verdict {
    /// What a verdict begins with: what counters tell apart.
    public enum Word: Int, Sendable, CaseIterable {
        /// Nothing to say.
        case none
        /// A whitelist hit.
        case pass
        /// The final ones.
        case ok, reject, `defer`, code4, code5
        /// Those that are carried.
        case deferIfPermit, deferIfReject, discard, redirect, filter, hold, prepend, bcc, warn, info

        /// As counters name it.
        public var text: String {
            switch self {
            case .none: "none"
            case .pass: "pass"
            case .ok: "OK"
            case .reject: "REJECT"
            case .defer: "DEFER"
            case .code4: "4xx"
            case .code5: "5xx"
            case .deferIfPermit: "DEFER_IF_PERMIT"
            case .deferIfReject: "DEFER_IF_REJECT"
            case .discard: "DISCARD"
            case .redirect: "REDIRECT"
            case .filter: "FILTER"
            case .hold: "HOLD"
            case .prepend: "PREPEND"
            case .bcc: "BCC"
            case .warn: "WARN"
            case .info: "INFO"
            }
        }
    }

    /// What it begins with.
    public var word: Word {
        switch self {
        case .none: .none
        case .pass: .pass
        case .action(let action): Self.word(of: action.kind)
        }
    }

    private static func word(of kind: PolicyAction.Kind) -> Word {
        switch kind {
        case .dunno: .none
        case .ok: .ok
        case .reject: .reject
        case .defer: .defer
        case .code4: .code4
        case .code5: .code5
        case .deferIfPermit: .deferIfPermit
        case .deferIfReject: .deferIfReject
        case .discard: .discard
        case .redirect: .redirect
        case .filter: .filter
        case .hold: .hold
        case .prepend: .prepend
        case .bcc: .bcc
        case .warn: .warn
        case .info: .info
        }
    }
}
