internal import MailTypes

/// What one list's answer means by the configuration.
struct ListFinding: Sendable, Hashable {
    /// The action: the first of the matching classes that has one.
    var action: ReputationAction
    /// The sum of the scores.
    var score: Double
    /// The answers, for texts and the log.
    var codes: String

    /// The finding of answers; nil when none of them counts as a listing.
    init?(_ addresses: [IPAddress], classes: [ResponseClass], default action: WeightedAction) {
        codes = addresses.map(\.description).joined(separator: ",")
        guard !classes.isEmpty else {
            self.action = action.action
            score = action.score
            return
        }
        let matching = classes.filter { $0.matches(addresses) }
        guard !matching.isEmpty else { return nil }
        self.action = matching.lazy.map { ($0.action ?? action).action }.first { !$0.isNone } ?? .none
        // The list's own score counts once, however many classes have no other.
        let own = matching.reduce(0) { $0 + ($1.action?.score ?? 0) }
        score = own + (matching.contains { $0.action == nil } ? action.score : 0)
        codes = matching.map(\.name).joined(separator: ",")
    }
}
