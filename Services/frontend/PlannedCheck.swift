public import ServiceProtocol

/// A check of a ``PolicyPlan``, with what is the same for each request already at hand.
///
/// A class, since reading one property of a structure in an array may copy all of it.
public final class PlannedCheck: Sendable {
    /// The kind of check.
    public let definition: CheckDefinition
    /// Its name in this policy.
    public let name: String
    /// Whether its verdict counts.
    public let mode: PolicyCheck.Mode
    /// To whose mail it applies.
    public let appliesTo: AppliesTo
    /// Its failure rules.
    public let failureRules: FailureRules
    /// How long it may take, in milliseconds.
    public let limit: Int
    /// Whether it may answer `OK` for a recipient that is known to be local.
    public let mayPermit: Bool
    /// The cheap facts it wants here.
    public let wants: [FactWant]

    init(_ check: PolicyCheck) {
        definition = check.definition
        name = check.name
        mode = check.mode
        appliesTo = check.appliesTo
        failureRules = check.failureRules
        limit = check.limit
        mayPermit = check.mayPermit
        wants = check.wants
    }
}
