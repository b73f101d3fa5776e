extension DirectoryContent {
    /// The site that all cases are about.
    package static let site: DirectoryContent = {
        var site = DirectoryContent()
        site.domains = [
            .init(name: "green.test"), .init(name: "blue.test"), .init(name: "relay.test", isBackupMX: true),
            .init(name: "off.test", isActive: false), .init(name: "xn--bcher-kva.test"),
        ]
        site.aliasDomains = [
            .init(name: "gruen.test", target: "green.test"),
            .init(name: "old.test", target: "green.test", isActive: false),
            .init(name: "veil.test", target: "off.test"),
        ]
        site.users = users
        site.aliases = aliases
        site.lists = lists
        site.access = access
        site.reverseNames = [
            (".dyn.isp.test", "B"), ("mail.dyn.isp.test", "W"), ("bad.host.test", "B"), (".Upper.Test", "B"),
        ]
        return site
    }()

    private static let users: [User] = [
        .init(address: "ida@green.test", passwordDay: 19_600, aliases: ["i.d.a@green.test", "a_b@green.test"]),
        .init(address: "bob@blue.test"),
        .init(
            address: "kim@green.test", passwordDay: 19_690,
            allowedRecipients: ["@green.test", "@.partner.test", "friend@far.test"], rejectedRecipients: ["@."],
            allowedSenders: ["news@deep.spam.test"], rejectedSenders: ["@.spam.test", "@plain.test"]),
    ]

    private static let aliases: [List] = [
        .init(address: "open@green.test", policy: "public", members: ["ida@green.test"]),
        .init(address: "plain@green.test", policy: "", members: ["ida@green.test"]),
        .init(address: "odd@green.test", policy: "strange", members: ["ida@green.test"]),
        .init(address: "staff@green.test", policy: "domain", members: ["ida@green.test"]),
        .init(address: "tree@green.test", policy: "SubDomain", members: ["ida@green.test"]),
        .init(address: "crew@green.test", policy: "membersonly", members: ["ida@green.test", "guest@away.test"]),
        .init(
            address: "desk@green.test", policy: "moderatorsonly", members: ["kim@green.test"],
            moderators: ["ida@green.test", "*@partner.test"]),
        .init(address: "legacy@green.test", policy: "allowedonly", moderators: ["ida@green.test"]),
        .init(
            address: "both@green.test", policy: "membersandmoderatorsonly", members: ["guest@away.test"],
            moderators: ["ida@green.test", "*@partner.test"]),
        .init(
            address: "big@green.test", policy: "membersonly", members: (1...1_000).map { "m\($0)@away.test" }),
    ]

    private static let lists: [List] = [
        .init(address: "news@green.test", policy: "domain"),
        .init(address: "deep@green.test", policy: "subdomain"),
        .init(address: "talk@green.test", policy: "membersonly"),
        .init(address: "quiet@green.test", policy: "moderatorsonly"),
        .init(address: "all@green.test", policy: "public"),
        .init(
            address: "board@green.test", policy: "domain", moderators: ["boss@partner.test"],
            owners: ["root@partner.test"]),
    ]

    private static let access: [Access] = [
        // The server's own lists.
        .init(account: "@.", entry: "bad@spam.test", colour: "B"),
        .init(account: "@.", entry: "192.0.2.1", colour: "B"),
        .init(account: "@.", entry: "198.51.100.0/24", colour: "B"),
        .init(account: "@.", entry: "2001:db8:1::/48", colour: "B"),
        .init(account: "@.", entry: "10.9.8.*", colour: "B"),
        .init(account: "@.", entry: "@.evil.test", colour: "B"),
        .init(account: "@.", entry: "@.zzz", colour: "B"),
        .init(account: "@.", entry: "robot@*", colour: "B"),
        .init(account: "@.", entry: "score@spam.test", colour: "7"),
        // A user's, a domain's; the more specific account decides.
        .init(account: "ida@green.test", entry: "bad@spam.test", colour: "W"),
        .init(account: "ida@green.test", entry: "@blocked.test", colour: "B"),
        .init(account: "@green.test", entry: "@blocked.test", colour: "W"),
        .init(account: "@green.test", entry: "shop@store.test", colour: "B"),
        // The more specific entry decides within an account.
        .init(account: "@blue.test", entry: "good@evil.test", colour: "W"),
        .init(account: "@blue.test", entry: "@.evil.test", colour: "B"),
        // Outgoing.
        .init(account: "bob@blue.test", entry: "@rival.test", colour: "B", isOutbound: true),
        .init(account: "@blue.test", entry: "@.secret.test", colour: "B", isOutbound: true),
        .init(account: "bob@blue.test", entry: "ok@x.secret.test", colour: "W", isOutbound: true),
    ]
}
