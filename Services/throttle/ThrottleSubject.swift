internal import MailTypes

/// One account that a message is checked for.
public struct ThrottleSubject: Sendable, Hashable {
    /// Whose messages are counted.
    public var kind: ThrottleKind
    /// The account.
    public var account: ThrottleAccount
    /// How many messages it is for this account.
    public var messages: Int64

    /// An account to check.
    public init(kind: ThrottleKind, account: ThrottleAccount, messages: Int64) {
        self.kind = kind
        self.account = account
        self.messages = messages
    }
}

extension ThrottleMessage {
    /// The messages that are not throttled.
    public struct Bypasses: Sendable, Hashable {
        /// Those of trusted clients.
        public var trustedNetworks = false
        /// Those from a domain to the same domain.
        public var sameDomain = true
        /// For the recipients' limits: those of senders who logged in.
        public var recipientsOfAuthenticated = true

        /// The shipped choice.
        public init() {}
    }

    /// The accounts to check, in order: the sender, then the recipients.
    ///
    /// Each known recipient has limits of its own and is one message; recipients that are not known have only the
    /// limits of clients. A message bypasses its sender's limit when all its recipients are in the sender's domain.
    public func subjects(bypassing bypasses: Bypasses, isTrusted: Bool) -> [ThrottleSubject] {
        guard !(bypasses.trustedNetworks && isTrusted) else { return [] }
        let home = bypasses.sameDomain ? sender.mailbox?.domain : nil
        let throttled = recipients.filter { home == nil || $0.mailbox?.domain != home }
        guard recipients.isEmpty || !knowsAllRecipients || !throttled.isEmpty else { return [] }
        let isOutbound = isAuthenticated || client.isLoopback
        var subjects = [
            ThrottleSubject(kind: isOutbound ? .outbound : .external, account: sender, messages: recipientCount)
        ]
        guard !(isAuthenticated && bypasses.recipientsOfAuthenticated) else { return subjects }
        subjects += throttled.map { ThrottleSubject(kind: .inbound, account: $0, messages: 1) }
        if recipients.isEmpty || !knowsAllRecipients {
            subjects.append(ThrottleSubject(kind: .inbound, account: .none, messages: recipientCount))
        }
        return subjects
    }
}
