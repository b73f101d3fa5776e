internal import PostfixProtocol
public import ServiceProtocol

/// The shipped checks.
public enum CheckCatalog {
    /// Each shipped check by name.
    public static let shipped: [String: CheckDefinition] = Dictionary(
        uniqueKeysWithValues: definitions.map { ($0.name, $0) })

    private static let definitions: [CheckDefinition] = [
        CheckDefinition("reject-null-sender", .frontend(.rejectNullSender), appliesTo: .authenticated, states: [.rcpt]),
        CheckDefinition(
            "reject-to-hostname", .frontend(.rejectToHostname), appliesTo: .unauthenticated, states: [.rcpt]),
        CheckDefinition(
            // It may need a costly fact, which has three quarters of this.
            "greylist", .service("greylist"), records: true, appliesTo: .unauthenticated, limit: 3_000,
            wants: [FactWant(kind: "alias-target", attribute: "recipient")], states: [.rcpt]),
        CheckDefinition(
            "throttle", .service("throttle"), records: true, isKeyed: true,
            failureRules: FailureRules(authenticated: .defer, unauthenticated: .dunno),
            wants: [
                FactWant(kind: "alias-target", attribute: "sender"),
                FactWant(kind: "alias-target", attribute: "recipient"),
            ],
            usesRecipients: true, states: [.endOfMessage]),
        reputation("spf", dependsOn: [.clientAddress, .heloName, .sender]),
        reputation("dnsbl", dependsOn: [.clientAddress]),
        reputation("dnswl", dependsOn: [.clientAddress]),
        reputation("domain-list", dependsOn: [.clientAddress, .heloName, .reverseClientName, .sender]),
        reputation("senderscore", dependsOn: [.clientAddress]),
    ]

    /// A check that asks the DNS about strangers: a site's own users may well be on addresses that lists refuse.
    private static func reputation(_ name: String, dependsOn: [PolicyAttribute]) -> CheckDefinition {
        CheckDefinition(
            name, .service("reputation"), asksNetwork: true, appliesTo: .unauthenticated, dependsOn: dependsOn)
    }

    /// The order shipped for each protocol state, as far as its checks exist.
    public static let defaultOrder: [(state: String, checks: [String])] = [
        ("RCPT", ["reject-null-sender", "reject-to-hostname", "greylist"]),
        ("END-OF-MESSAGE", ["throttle"]),
    ]

    /// Which service provides a kind of fact.
    public static let providers: [String: String] = [
        "local": "directory",
        "alias-target": "directory",
        LocalDomainsFetch.factKind: "directory",
        "spf": "reputation",
        "spf-listed": "reputation",
        "networks": "reputation",
    ]

    /// Kinds of fact that cost a network query, so that a question for one may take as long as such a check.
    public static let costlyFacts: Set<String> = ["spf", "spf-listed", "networks"]

    /// The facts each map of the lookup tables wants.
    public static let lookupWants: [String: [FactWant]] = [
        "srs-forward": [FactWant(kind: "local", attribute: "key")],
        "srs-reverse": [FactWant(kind: "local", attribute: "key")],
    ]
}
