package import MailTypes
internal import PostfixProtocol
package import ServiceProtocol

/// A request as the checks of this service look at it. An object, since each check is handed it.
package final class DirectorySubject: Sendable {
    /// The envelope sender without its extension.
    package let sender: EnvelopeAddress
    /// The login name; nil without one. It keeps its extension.
    package let user: EnvelopeAddress?
    /// The recipient without its extension.
    package let recipient: EnvelopeAddress
    /// The client.
    package let client: ClientAddress
    /// Whether the client is trusted.
    package let isTrusted: Bool
    /// The unverified reverse name in lower case; empty when there is none.
    package let reverseName: String
    /// Unix seconds.
    package let now: Int
    /// The SMTP command that the request is about.
    let state: ProtocolState
    /// At the end of a message: its recipients, as received.
    let recipients: [String]
    private let facts: AttachedFacts

    /// Takes a request apart.
    init(_ request: borrowing CheckRequest, settings: DirectoryService.Settings, now: Int) {
        let recipient = request.policy.string(.recipient)
        sender = Self.address(request.policy.string(.sender), settings)
        self.recipient = Self.address(recipient, settings)
        user =
            request.policy.isEmpty(.saslUsername) ? nil : EnvelopeAddress(parsing: request.policy.string(.saslUsername))
        client = ClientAddress(parsing: request.policy.string(.clientAddress))
        isTrusted = settings.common.trustedNetworks.contains(client)
        let name = request.policy.string(.reverseClientName).inLowerCase
        reverseName = name == "unknown" ? "" : name
        state = request.policy.protocolState
        recipients =
            state == .endOfMessage ? (request.recipients?.addresses ?? []) + (recipient.isEmpty ? [] : [recipient]) : []
        self.now = now
        facts = request.facts
    }

    private static func address(_ text: String, _ settings: DirectoryService.Settings) -> EnvelopeAddress {
        switch EnvelopeAddress(parsing: text) {
        case .mailbox(let mailbox):
            .mailbox(mailbox.withoutExtension(delimiters: settings.common.recipientDelimiters))
        case let other: other
        }
    }

    /// The value of a fact that came with the request.
    package func fact(_ name: FactName) -> String? {
        facts[name]
    }

    /// Who sends: the login name, else the envelope sender.
    package var actor: EnvelopeAddress { user ?? sender }
}

extension Mailbox {
    /// The same local part at another domain.
    func at(_ domain: Domain) -> Mailbox? {
        Mailbox(parsing: "\(localPart)@\(domain.text)")
    }
}
