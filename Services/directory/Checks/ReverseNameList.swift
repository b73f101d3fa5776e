internal import PostfixProtocol
internal import ServiceProtocol

/// `rdns-list`: clients by their reverse names. The names are not verified, so being welcome only undoes being refused.
package struct ReverseNameList: Sendable, Equatable {
    /// Whether refused mail is accepted and thrown away instead.
    package var discards = false

    /// As shipped.
    package init() {}

    /// Decides.
    package func decide(_ subject: DirectorySubject, _ knowledge: inout Knowledge) -> Decision {
        guard subject.user == nil, !subject.reverseName.isEmpty, !subject.isTrusted else { return .none }
        // No name of the DNS is longer.
        guard subject.reverseName.utf8.count <= 255 else { return .none }
        guard let entry = knowledge.reverseName(subject.reverseName) else { return .undecided }
        if entry.isWhite { return .verdict(.none, reason: "reverse name is whitelisted") }
        guard entry.isBlack else { return .none }
        return discards ? .discard("reverse name is blacklisted") : .reject("Blacklisted", reason: "reverse name")
    }
}

extension Decision {
    /// Accepts the message and throws it away.
    static func discard(_ reason: String) -> Decision {
        .verdict(.action(PolicyAction(parsing: "DISCARD Policy discard") ?? .reject), reason: reason)
    }
}
