public import SQLStore

/// What the check found, in the form in which it is stored beside a request's key.
public struct ThrottleVerdict: Sendable, Hashable {
    /// Whether a limit refuses the message, and which kind of answer it has.
    public enum Outcome: String, Sendable, Hashable, CaseIterable {
        /// No limit does.
        case none
        /// `max_msgs` or `max_quota` does.
        case quotaExceeded = "quota"
        /// `msg_size` does.
        case messageTooLarge = "size"
        /// `max_rcpts` does.
        case tooManyRecipients = "recipients"

        init(exceeding limit: LimitName) {
            switch limit {
            case .messageSize: self = .messageTooLarge
            case .recipients: self = .tooManyRecipients
            case .messages, .quota: self = .quotaExceeded
            }
        }
    }

    /// The finding.
    public var outcome: Outcome
    /// Why, for the decision's log line; empty when nothing is refused.
    public var reason: String
    /// Log lines about each step, only where they were asked for. They are not stored.
    public var details: [String] = []

    /// A verdict.
    public init(outcome: Outcome, reason: String = "", details: [String] = []) {
        self.outcome = outcome
        self.reason = reason
        self.details = details
    }
}

extension ThrottleVerdict: RecordingVerdict {
    /// The outcome, a space, the reason.
    public var storedText: String {
        reason.isEmpty ? outcome.rawValue : "\(outcome.rawValue) \(reason)"
    }

    /// Reads the outcome and the reason.
    public init?(storedText: String) {
        let parts = storedText.split(separator: " ", maxSplits: 1)
        guard let outcome = parts.first.flatMap({ Outcome(rawValue: String($0)) }) else { return nil }
        self.init(outcome: outcome, reason: parts.count > 1 ? String(parts[1]) : "")
    }
}
