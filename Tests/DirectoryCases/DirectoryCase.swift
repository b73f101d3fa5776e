package import PostfixProtocol

/// A question to a check about ``DirectoryContent/site``, and the verdict it must give, whatever keeps the content.
package struct DirectoryCase: Sendable, CustomStringConvertible {
    /// What it is about.
    package var name: String
    /// The check.
    package var check: String
    /// The attributes of the request.
    package var request: [PolicyAttribute: String]
    /// The verdict as on the wire, or `need=NAMES`.
    package var verdict: String
    /// Keys of the mapping `directory`.
    package var settings: String
    /// Facts that come with the request, as `KIND:SUBJECT`.
    package var facts: [String: String]

    package var description: String { "\(check): \(name)" }

    package init(
        _ check: String, _ name: String, _ request: [PolicyAttribute: String], _ verdict: String,
        settings: String = "", facts: [String: String] = [:]
    ) {
        self.name = name
        self.check = check
        self.request = request
        self.verdict = verdict
        self.settings = settings
        self.facts = facts
    }

    /// A RCPT request with what matters.
    static func mail(
        from sender: String, to recipient: String = "ida@green.test", as user: String = "",
        client: String = "203.0.113.7", name: String = "unknown"
    ) -> [PolicyAttribute: String] {
        [
            .request: "smtpd_access_policy", .protocolState: "RCPT", .sender: sender, .recipient: recipient,
            .saslUsername: user, .clientAddress: client, .reverseClientName: name, .instance: "i",
        ]
    }
}
