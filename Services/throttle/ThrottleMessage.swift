public import MailTypes
internal import PostfixProtocol
public import ServiceProtocol

/// What counts of one message at its end.
public struct ThrottleMessage: Sendable, Hashable {
    /// Who sent it.
    public var client: ClientAddress
    /// The login name, or the sender without its extension.
    public var sender: ThrottleAccount
    /// The recipients that are known.
    public var recipients: [ThrottleAccount]
    /// Whether these are all.
    public var knowsAllRecipients: Bool
    /// How many recipients there are; at least 1.
    public var recipientCount: Int64
    /// The size in bytes, not negative.
    public var size: Int64
    /// Whether the sender logged in.
    public var isAuthenticated: Bool

    /// A message.
    public init(
        client: ClientAddress, sender: ThrottleAccount, recipients: [ThrottleAccount], knowsAllRecipients: Bool = true,
        recipientCount: Int64, size: Int64, isAuthenticated: Bool
    ) {
        self.client = client
        self.sender = sender
        self.recipients = recipients
        self.knowsAllRecipients = knowsAllRecipients
        self.recipientCount = max(1, recipientCount)
        self.size = max(0, size)
        self.isAuthenticated = isAuthenticated
    }

    /// The message of a request at END-OF-MESSAGE.
    public init(_ request: CheckRequest, delimiters: RecipientDelimiters) {
        let policy = request.policy
        let isAuthenticated = !policy.isEmpty(.saslUsername)
        let (addresses, isComplete) = Self.knownRecipients(request)
        self.init(
            client: ClientAddress(parsing: policy.string(.clientAddress)),
            sender: Self.account(
                policy.string(isAuthenticated ? .saslUsername : .sender), request,
                delimiters: isAuthenticated ? .none : delimiters),
            recipients: addresses.map { Self.account($0, request, delimiters: delimiters) },
            knowsAllRecipients: isComplete,
            recipientCount: Int64(clamping: policy.integer(.recipientCount)),
            size: Int64(clamping: policy.integer(.size)),
            isAuthenticated: isAuthenticated)
    }

    /// Postfix gives the recipient when there is only one.
    private static func knownRecipients(_ request: CheckRequest) -> (addresses: [String], isComplete: Bool) {
        let single = request.policy.string(.recipient)
        guard let known = request.recipients, !known.addresses.isEmpty else {
            return (single.isEmpty ? [] : [single], !single.isEmpty)
        }
        guard single.isEmpty || known.addresses.contains(single) else { return ([single], true) }
        return (known.addresses, known.isComplete)
    }

    private static func account(
        _ text: String, _ request: CheckRequest, delimiters: RecipientDelimiters
    ) -> ThrottleAccount {
        ThrottleAccount(
            EnvelopeAddress(parsing: text), delimiters: delimiters,
            aliasTarget: request.fact("alias-target", about: text))
    }
}
