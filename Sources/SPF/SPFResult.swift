/// What check_host() says of a client: RFC 7208 section 2.6. The raw value is the word of the RFC.
public enum SPFResult: String, Sendable, Hashable, CaseIterable {
    /// There is no record, or no domain that could have one.
    case none
    /// The domain's owner says nothing about the client.
    case neutral
    /// The client may send for the domain.
    case pass
    /// It may not.
    case fail
    /// It probably may not.
    case softfail
    /// The DNS failed; later it may not.
    case temperror
    /// The record is wrong.
    case permerror
}

/// What came of an evaluation.
public struct SPFOutcome: Sendable, Equatable {
    /// The result.
    public var result: SPFResult
    /// The directive that decided, as it is written, with the domain in whose record it stands; empty when none did.
    public var directive = ""
    /// What is wrong, for a temperror or permerror: one line, with nothing a stranger wrote but names of domains.
    public var problem = ""
    /// The owner's explanation of a fail (`exp=`): printable ASCII.
    public var explanation: String?
    /// Whether the client was let pass by something else than `all`: the domain names it. A domain that lets all the
    /// world pass names nobody.
    public var isListed = false
    /// Whether the outcome may be another one for another sender of the domain or another HELO name: a macro asked for
    /// them.
    public var dependsOnSender = false

    /// An outcome.
    public init(
        _ result: SPFResult, directive: String = "", problem: String = "", explanation: String? = nil,
        isListed: Bool = false, dependsOnSender: Bool = false
    ) {
        self.result = result
        self.directive = directive
        self.problem = problem
        self.explanation = explanation
        self.isListed = isListed
        self.dependsOnSender = dependsOnSender
    }
}
