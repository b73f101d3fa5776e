/// The limits that a rule can set, named as their columns are.
public enum LimitName: String, Sendable, Hashable, CaseIterable {
    /// The size of one message, in bytes.
    case messageSize = "msg_size"
    /// The recipients of one message.
    case recipients = "max_rcpts"
    /// The messages of one period; each recipient counts as one.
    case messages = "max_msgs"
    /// The bytes of one period.
    case quota = "max_quota"

    /// Whether the limit counts over a period, and so needs a window.
    public var isCounted: Bool { self == .messages || self == .quota }

    /// The unit behind a value in log lines.
    var unit: String { self == .messageSize || self == .quota ? " (bytes)" : "" }
}
