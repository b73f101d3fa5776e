public import ServiceProtocol

/// What is known about one message across its requests. A cache: losing it loses no mail and no count.
public struct Session: Sendable {
    /// Scores by check, so that each counts once per message however many recipients it was asked for.
    public var scores: [String: Double] = [:]
    /// Costly facts, by name.
    public var facts: [FactName: String] = [:]
    /// Verdicts that cost a network query, by check and the attributes they depend on.
    public var verdicts: [String: CheckResult] = [:]
    /// Actions that wait for the next request.
    public var waiting: [CarriedActions.Item] = []
    /// The recipients accepted at RCPT, as received.
    public var recipients: RecipientSet = []

    /// Nothing known yet.
    public init() {}

    /// Whether there is nothing to remember.
    public var isEmpty: Bool {
        scores.isEmpty && facts.isEmpty && verdicts.isEmpty && waiting.isEmpty && recipients.isEmpty
    }

    /// The message's score.
    public var score: Double { scores.values.reduce(0, +) }

    /// A fair estimate of its memory in bytes.
    var size: Int {
        let factBytes = facts.reduce(0) { $0 + $1.key.subject.utf8.count + $1.value.utf8.count + 96 }
        let verdictBytes = verdicts.reduce(0) { $0 + $1.key.utf8.count + 512 }
        return 256 + recipients.size + factBytes + verdictBytes + scores.count * 64 + waiting.count * 640
    }
}
