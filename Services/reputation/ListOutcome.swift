internal import ServiceProtocol

/// What the answers of several lists come to, as a value.
struct ListOutcome: Sendable {
    /// A list's answer, and what it means.
    struct Entry: Sendable {
        /// For the log.
        var name: String
        var answer: ZoneAnswer
        var classes: [ResponseClass]
        var action: WeightedAction
    }

    private let entries: [Entry]
    private let findings: [ListFinding?]

    init(_ entries: [Entry]) {
        self.entries = entries
        findings = entries.map { entry in
            guard case .listed(let addresses) = entry.answer else { return nil }
            return ListFinding(addresses, classes: entry.classes, default: entry.action)
        }
    }

    /// The first finding in the order of the lists that has an action.
    var deciding: (index: Int, finding: ListFinding)? {
        for (index, finding) in findings.enumerated() {
            if let finding, !finding.action.isNone { return (index, finding) }
        }
        return nil
    }

    /// The result with a verdict. A list that says nothing lists nothing; when all say nothing, nothing is known.
    func result(_ verdict: Verdict) -> CheckResult {
        let problems = entries.compactMap { entry in entry.answer.problem.map { "\(entry.name): \($0)" } }
        if problems.count == entries.count, let first = problems.first { return .error(first) }
        let listings = zip(entries, findings).compactMap { entry, finding in
            finding.map { "listed by \(entry.name) (\($0.codes))" }
        }
        let score = findings.reduce(0) { $0 + ($1?.score ?? 0) }
        let reason = listings.isEmpty ? problems.map { "\($0)" } : listings
        return .verdict(verdict, reason: reason.joined(separator: ", "), score: score)
    }
}
