internal import PostfixProtocol
package import ServiceProtocol

/// What came of deciding a check.
package enum Decision: Equatable, Sendable {
    /// It is decided.
    case verdict(Verdict, reason: String)
    /// Facts of other services are needed.
    case needs([FactName])
    /// Something is not known: see ``Knowledge/missing`` and ``Knowledge/failure``.
    case undecided

    /// Nothing to say.
    package static let none = Decision.verdict(.none, reason: "")

    /// A refusal.
    static func reject(_ text: String, reason: String = "") -> Decision {
        .verdict(.action(PolicyAction(parsing: "REJECT \(text)") ?? .reject), reason: reason)
    }

    /// The refusal of those that a list's policy does not let write.
    static func notAuthorized(_ reason: String) -> Decision {
        reject("Not authorized", reason: reason)
    }
}
