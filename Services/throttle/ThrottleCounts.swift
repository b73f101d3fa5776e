/// What the service has done since it started.
struct ThrottleCounts: Sendable {
    /// Messages that no rule could concern; the database was not asked.
    var withoutRules = 0
    /// Decisions by outcome.
    var outcomes: [ThrottleVerdict.Outcome: Int] = [:]
    /// Verdicts given again for a request that had been decided before.
    var repeated = 0
    /// Requests that ended in an error.
    var failed = 0

    var lines: [(name: String, value: String)] {
        [("messages-without-rules", "\(withoutRules)")]
            + ThrottleVerdict.Outcome.allCases.map { ("decided-\($0.rawValue)", "\(outcomes[$0] ?? 0)") }
            + [("repeated", "\(repeated)"), ("failed", "\(failed)")]
    }
}
