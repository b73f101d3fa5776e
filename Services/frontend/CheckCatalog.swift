internal import PostfixProtocol
public import ServiceProtocol

/// The shipped checks.
public enum CheckCatalog {
    /// Each shipped check by name.
    public static let shipped: [String: CheckDefinition] = Dictionary(
        uniqueKeysWithValues: definitions.map { ($0.name, $0) })

    private static let definitions: [CheckDefinition] = own + directory

    /// Those of the directory service. SPF may have a say in sender-login, and mlmmjadmin, so it may take longer; but not
    /// so long that there is no time for checks that ask the network and for one that records.
    private static let directory: [CheckDefinition] = [
        CheckDefinition("rdns-list", .service("directory"), appliesTo: .unauthenticated, states: [.rcpt]),
        CheckDefinition(
            "sender-login", .service("directory"), failureRules: FailureRules(.defer), limit: 3_000,
            mayNeed: [listedBySender], states: [.rcpt], sparesForeignSenders: true),
        CheckDefinition(
            "user-restrictions", .service("directory"), failureRules: FailureRules(.defer), states: [.rcpt]),
        CheckDefinition("alias-access", .service("directory"), failureRules: FailureRules(.defer), states: [.rcpt]),
        CheckDefinition("maillist-access", .service("directory"), failureRules: FailureRules(.defer), states: [.rcpt]),
        CheckDefinition("password-age", .service("directory"), appliesTo: .authenticated, states: [.rcpt]),
        CheckDefinition("access-list", .service("directory"), states: [.rcpt]),
        CheckDefinition(
            "whitelist-outbound-list", .service("directory"), records: true, appliesTo: .authenticated,
            usesRecipients: true, states: [.endOfMessage]),
    ]

    private static let listedBySender = FactWant(kind: "spf-listed", attribute: "sender")

    private static let own: [CheckDefinition] = [
        CheckDefinition("reject-null-sender", .frontend(.rejectNullSender), appliesTo: .authenticated, states: [.rcpt]),
        CheckDefinition(
            "reject-to-hostname", .frontend(.rejectToHostname), appliesTo: .unauthenticated, states: [.rcpt]),
        CheckDefinition(
            // It may need a costly fact, which has three quarters of this.
            "greylist", .service("greylist"), records: true, appliesTo: .unauthenticated, limit: 3_000,
            wants: [FactWant(kind: "alias-target", attribute: "recipient")], mayNeed: [listedBySender], states: [.rcpt]),
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

    /// The order shipped for each protocol state, as far as its checks exist. access-list stands after the access
    /// policies, since a whitelist entry must not open a closed list, and before greylist, which it spares.
    public static let defaultOrder: [(state: String, checks: [String])] = [
        (
            "RCPT",
            [
                "reject-null-sender", "reject-to-hostname", "rdns-list", "sender-login", "user-restrictions",
                "alias-access", "maillist-access", "password-age", "access-list", "greylist",
            ]
        ),
        ("END-OF-MESSAGE", ["throttle"]),
    ]

    /// What iRedAPD calls its plugins, and which check does the same here.
    public static let iRedAPDNames: [String: String] = [
        "reject_null_sender": "reject-null-sender", "reject_to_hostname": "reject-to-hostname",
        "wblist_rdns": "rdns-list", "reject_sender_login_mismatch": "sender-login", "greylisting": "greylist",
        "sql_user_restrictions": "user-restrictions", "ldap_recipient_restrictions": "user-restrictions",
        "ldap_amavisd_block_blacklisted_senders": "user-restrictions",
        "sql_alias_access_policy": "alias-access", "sql_ml_access_policy": "maillist-access",
        "ldap_maillist_access_policy": "maillist-access", "sql_force_change_password": "password-age",
        "sql_force_change_password_in_days": "password-age", "ldap_force_change_password": "password-age",
        "ldap_force_change_password_in_days": "password-age", "amavisd_wblist": "access-list",
    ]

    /// Which service provides a kind of fact.
    public static let providers: [String: String] = [
        "local": "directory",
        "alias-target": "directory",
        LocalDomainsFetch.factKind: "directory",
        "spf": "reputation",
        "account": "directory",
        "address-kind": "directory",
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
