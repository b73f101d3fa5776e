/// Whose messages a limit counts; the column `kind` of the table `throttle`.
public enum ThrottleKind: String, Sendable, Hashable, CaseIterable {
    /// A sender who logged in, or a client on this host.
    case outbound
    /// Any other sender.
    case external
    /// A recipient.
    case inbound

    /// The side of the envelope, as log lines name it.
    var side: String { self == .inbound ? "recipient" : "sender" }
}
