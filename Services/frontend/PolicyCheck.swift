public import ServiceProtocol

/// A check as it stands in a policy: its definition with the settings of that place.
public struct PolicyCheck: Sendable {
    /// Whether its verdict counts.
    public enum Mode: String, Sendable, CaseIterable {
        /// It does.
        case enforce
        /// It is evaluated, logged and counted, not applied; a recording check records as usual.
        case shadow
    }

    /// The kind of check.
    public var definition: CheckDefinition
    /// Its name in this policy, for logs and messages; the definition's name unless configured.
    public var name: String
    /// Whether its verdict counts.
    public var mode: Mode
    /// To whose mail it applies.
    public var appliesTo: AppliesTo
    /// Its failure rules.
    public var failureRules: FailureRules
    /// How long it may take, in milliseconds.
    public var limit: Int
    /// Whether it may answer `OK` for a recipient that is known to be local; else `OK` becomes `pass`.
    public var mayPermit: Bool

    /// A check with its definition's settings.
    public init(_ definition: CheckDefinition) {
        self.definition = definition
        name = definition.name
        mode = .enforce
        appliesTo = definition.appliesTo
        failureRules = definition.failureRules
        limit = definition.limit
        mayPermit = false
    }

    /// The cheap facts it wants here.
    public var wants: [FactWant] {
        let permit = FactWant(kind: "local", attribute: "recipient")
        return mayPermit && !definition.wants.contains(permit) ? definition.wants + [permit] : definition.wants
    }
}
