internal import ServiceProtocol

/// The checks that one question names, with what is the same for each request already at hand.
final class CheckGroup: Sendable, Equatable {
    /// Their positions in the policy.
    let positions: [Int]
    /// Their names, each once, although a policy may use one check under several names.
    let asked: AskedChecks
    /// For each of the positions the place of its check among those asked.
    let places: [Int]
    /// How long the answer may take: the longest of their limits, in milliseconds.
    let limit: Int
    /// Whether one of them wants cheap facts.
    let wantsFacts: Bool
    /// Whether one of them counts, so that the question has a key.
    let isKeyed: Bool
    /// Whether one of them is told the message's recipients.
    let usesRecipients: Bool

    /// The checks at these positions of a policy.
    init(_ positions: [Int], of checks: [PlannedCheck]) {
        let chosen = positions.map { checks[$0] }
        self.positions = positions
        let asked = AskedChecks(chosen.map(\.definition.name))
        self.asked = asked
        places = chosen.compactMap { asked.names.firstIndex(of: $0.definition.name) }
        limit = chosen.map(\.limit).max() ?? 0
        wantsFacts = chosen.contains { !$0.wants.isEmpty }
        isKeyed = chosen.contains(where: \.definition.isKeyed)
        usesRecipients = chosen.contains(where: \.definition.usesRecipients)
    }

    /// Whether both name the same checks.
    static func == (left: CheckGroup, right: CheckGroup) -> Bool {
        left.positions == right.positions && left.asked == right.asked
    }
}
