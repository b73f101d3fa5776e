public import PostfixProtocol
public import ServiceProtocol

/// The end of one request: the reply and what the log should say about it.
public struct PolicyDecision: Sendable {
    /// Something that happened on the way and belongs in the log.
    public struct Remark: Sendable, Equatable {
        /// What it is.
        public enum Kind: String, Sendable {
            /// The check could not decide; its failure rule applied.
            case failed
            /// The check's verdict in shadow mode.
            case shadow
            /// An action that could no longer be sent to Postfix.
            case unsent
            /// A service answered a check it was not asked for; `check` is the service.
            case unasked
        }

        /// What it is.
        public var kind: Kind
        /// The check.
        public var check: String
        /// Why or what.
        public var text: String
    }

    /// What a check that was read amounted to, for the counters.
    public enum Outcome: Sendable, Equatable {
        /// Its verdict; in shadow mode it was not applied.
        case verdict(Verdict.Word, isShadow: Bool)
        /// It could not decide.
        case failed(FailureReason)
    }

    /// One step of a traced decision.
    public struct Step: Sendable, Equatable {
        /// Microseconds since the request came.
        public var microseconds: Int
        /// The check, or the service that was asked.
        public var name: String
        /// What happened.
        public var text: String
    }

    /// The reply.
    public var action: PolicyAction
    /// The check that decided it; nil when none had anything to say.
    public var check: String?
    /// Why, in the check's words.
    public var reason: String
    /// What was read; nil when no policy applies.
    public var plan: PolicyPlan?
    /// What happened on the way.
    public var remarks: [Remark]
    /// The checks that were read, as positions in the plan, and what each amounted to.
    public var outcomes: [(position: Int, outcome: Outcome)]
    /// The questions to services that were answered or given up: their checks, as positions, and how long that took.
    public var answers: [(positions: [Int], microseconds: Int)]
    /// The steps, when the request was traced.
    public var steps: [Step]
    /// How long it took, in microseconds.
    public var microseconds: Int

    /// The name of the policy that was read; nil when none applies.
    public var policy: String? { plan?.policy }
}
