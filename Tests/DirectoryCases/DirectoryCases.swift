internal import PostfixProtocol

/// The cases that hold on every backend.
package enum DirectoryCases {
    /// All of them.
    package static let all = senderLogin + aliasAccess + mailingLists + restrictions + passwords + access + reverseNames

    /// The moment of all cases, in Unix seconds: day 19700.
    package static let now = 19_700 * 86_400 + 3_600

    private static let none = "none"
    private static let forged = "REJECT SMTP AUTH is required for users under this sender domain"
    private static let mismatch = "REJECT Sender is not same as SMTP authenticate username"
    private static let unauthorised = "REJECT Not authorized"
    private static let blacklisted = "REJECT Blacklisted"
    private static let members = "sender-login: { allow-list-members: true }"

    private static func mail(
        from sender: String, to recipient: String = "ida@green.test", as user: String = "",
        client: String = "203.0.113.7", name: String = "unknown"
    ) -> [PolicyAttribute: String] {
        DirectoryCase.mail(from: sender, to: recipient, as: user, client: client, name: name)
    }

    // MARK: - sender-login

    private static func login(
        _ name: String, _ request: [PolicyAttribute: String], _ verdict: String, settings: String = "",
        facts: [String: String] = [:]
    ) -> DirectoryCase {
        DirectoryCase("sender-login", name, request, verdict, settings: settings, facts: facts)
    }

    private static let senderLogin: [DirectoryCase] = [
        login("a foreign sender without login", mail(from: "x@far.test"), none),
        login("a local one needs the fact", mail(from: "x@green.test"), "need=spf-listed:green.test"),
        login("forged", mail(from: "x@green.test"), forged, facts: ["spf-listed:green.test": "no"]),
        login("forged, in capitals", mail(from: "X@GREEN.Test"), forged, facts: ["spf-listed:green.test": "no"]),
        login("SPF vouches", mail(from: "x@green.test"), none, facts: ["spf-listed:green.test": "yes"]),
        login(
            "SPF cannot be had", mail(from: "x@green.test"), "DEFER_IF_PERMIT 4.4.3 temporary DNS failure",
            facts: ["spf-listed:green.test": "unknown"]),
        login("without SPF", mail(from: "x@green.test"), forged, settings: "sender-login: { use-spf: false }"),
        login(
            "forged with an alias domain", mail(from: "x@gruen.test"), forged, facts: ["spf-listed:gruen.test": "no"]),
        login("an alias domain that is off", mail(from: "x@old.test"), none),
        login("an alias of a domain that is off", mail(from: "x@veil.test"), none),
        login("a domain that is off", mail(from: "x@off.test"), none),
        login("a backup MX domain", mail(from: "x@relay.test", to: "y@relay.test"), none),
        login("a domain below a local one", mail(from: "x@sub.green.test"), none),
        login(
            "a domain in its own script", mail(from: "x@bücher.test"), forged,
            facts: ["spf-listed:xn--bcher-kva.test": "no"]),
        login("a local part in UTF-8", mail(from: "jürgen@green.test"), forged, facts: ["spf-listed:green.test": "no"]),
        login("a trusted client", mail(from: "x@green.test", client: "127.0.0.1"), none),
        login("the null sender", mail(from: ""), none),
        login("no address", mail(from: "green.test"), none),
        login(
            "forging is not looked at", mail(from: "x@green.test"), none,
            settings: "sender-login: { check-forged-sender: false }"),
        login(
            "an allowed address", mail(from: "x@green.test"), none,
            settings: "sender-login: { allowed-forged-senders: [X@green.test] }"),
        login(
            "an allowed domain", mail(from: "x@green.test"), none,
            settings: "sender-login: { allowed-forged-senders: [green.test] }"),
        login(
            "an allowed local part", mail(from: "x@green.test"), none,
            settings: "sender-login: { allowed-forged-senders: [\"x@*\"] }"),
        login("himself", mail(from: "ida@green.test", as: "ida@green.test"), none),
        login("himself, in capitals", mail(from: "IDA@Green.test", as: "ida@green.test"), none),
        login("with an extension", mail(from: "ida+x@green.test", as: "ida@green.test"), none),
        login("logged in with an extension", mail(from: "ida@green.test", as: "ida+x@green.test"), none),
        login("the null sender with login", mail(from: "", as: "ida@green.test"), none),
        login("somebody else", mail(from: "kim@green.test", as: "ida@green.test"), mismatch),
        login("no address with login", mail(from: "nobody", as: "ida@green.test"), mismatch),
        login("an own alias", mail(from: "i.d.a@green.test", as: "ida@green.test"), none),
        login("an own alias, in capitals", mail(from: "I.D.A@green.test", as: "ida@green.test"), none),
        login("_ is no wildcard", mail(from: "axb@green.test", as: "ida@green.test"), mismatch),
        login("the alias of somebody else", mail(from: "i.d.a@green.test", as: "bob@blue.test"), mismatch),
        login("himself at the alias domain", mail(from: "ida@gruen.test", as: "ida@green.test"), none),
        login("an own alias at the alias domain", mail(from: "i.d.a@gruen.test", as: "ida@green.test"), none),
        login("somebody else at the alias domain", mail(from: "kim@gruen.test", as: "ida@green.test"), mismatch),
        login("at an alias domain that is off", mail(from: "ida@old.test", as: "ida@green.test"), mismatch),
        login(
            "own aliases are not allowed", mail(from: "i.d.a@green.test", as: "ida@green.test"), mismatch,
            settings: "sender-login: { allow-own-aliases: false }"),
        login(
            "an allowed user", mail(from: "x@far.test", as: "ida@green.test"), none,
            settings: "sender-login: { allowed-mismatch-senders: [ida@green.test] }"),
        login(
            "the users of a domain", mail(from: "x@far.test", as: "ida@green.test"), none,
            settings: "sender-login: { allowed-mismatch-senders: [green.test] }"),
        login(
            "within the domain", mail(from: "kim@green.test", as: "ida@green.test"), none,
            settings: "sender-login: { allowed-mismatch-senders: [\"@green.test\"] }"),
        login(
            "but not outside", mail(from: "x@far.test", as: "ida@green.test"), mismatch,
            settings: "sender-login: { allowed-mismatch-senders: [\"@green.test\"] }"),
        login(
            "within any domain", mail(from: "kim@green.test", as: "ida@green.test"), none,
            settings: "sender-login: { allowed-mismatch-senders: [\"@.\"] }"),
        login("a member as the list", mail(from: "crew@green.test", as: "ida@green.test"), mismatch),
        login(
            "a member, if that is allowed", mail(from: "crew@green.test", as: "ida@green.test"), none, settings: members
        ),
        login(
            "a member at the alias domain", mail(from: "crew@gruen.test", as: "ida@green.test"), none,
            settings: members),
        login("no member", mail(from: "crew@green.test", as: "bob@blue.test"), mismatch, settings: members),
        login(
            "a member of a thousand", mail(from: "big@green.test", as: "m1000@away.test"), none, settings: members),
        login("quotes", mail(from: "o'brien@green.test", as: "ida@green.test"), mismatch),
        login("an injection", mail(from: "x' OR '1'='1@green.test", as: "ida@green.test"), mismatch, settings: members),
        login(
            "an injection into a filter", mail(from: "*)(mail=*@green.test", as: "ida@green.test"), mismatch,
            settings: members),
        login("an injected user", mail(from: "kim@green.test", as: "*)(uid=*))(|(uid=*@green.test"), mismatch),
        login("a backslash", mail(from: "a\\b@green.test", as: "ida@green.test"), mismatch, settings: members),
    ]

    // MARK: - alias-access

    private static func alias(
        _ name: String, to recipient: String, from sender: String, as user: String = "", _ verdict: String
    ) -> DirectoryCase {
        DirectoryCase("alias-access", name, mail(from: sender, to: recipient, as: user), verdict)
    }

    private static let aliasAccess: [DirectoryCase] = [
        alias("no alias", to: "ida@green.test", from: "x@far.test", none),
        alias("an unknown recipient", to: "nobody@green.test", from: "x@far.test", none),
        alias("public", to: "open@green.test", from: "x@far.test", none),
        alias("no policy", to: "plain@green.test", from: "x@far.test", none),
        alias("an unknown policy", to: "odd@green.test", from: "x@far.test", none),
        alias("the null sender", to: "staff@green.test", from: "", unauthorised),
        alias("no address", to: "staff@green.test", from: "green.test", unauthorised),
        alias("of the domain", to: "staff@green.test", from: "kim@green.test", none),
        alias("of the domain, in capitals", to: "STAFF@Green.test", from: "kim@GREEN.test", none),
        alias("of another domain", to: "staff@green.test", from: "bob@blue.test", unauthorised),
        alias("a user who logged in", to: "staff@green.test", from: "bob@blue.test", as: "bob@blue.test", unauthorised),
        alias("from the alias domain", to: "staff@green.test", from: "kim@gruen.test", none),
        alias("to the alias domain", to: "staff@gruen.test", from: "kim@green.test", none),
        alias("of another domain to the alias domain", to: "staff@gruen.test", from: "bob@blue.test", unauthorised),
        alias("below the domain", to: "staff@green.test", from: "x@sub.green.test", unauthorised),
        alias("from an alias domain that is off", to: "staff@green.test", from: "kim@old.test", unauthorised),
        alias("with an extension", to: "staff+x@green.test", from: "bob@blue.test", unauthorised),
        alias("subdomain: the domain", to: "tree@green.test", from: "kim@green.test", none),
        alias("subdomain: below it", to: "tree@green.test", from: "x@a.b.green.test", none),
        alias("subdomain: only alike", to: "tree@green.test", from: "x@evergreen.test", unauthorised),
        alias("subdomain: below the alias domain", to: "tree@green.test", from: "x@sub.gruen.test", none),
        alias("subdomain: to the alias domain", to: "tree@gruen.test", from: "x@sub.green.test", none),
        alias("subdomain: outside", to: "tree@green.test", from: "x@far.test", unauthorised),
        alias("a member", to: "crew@green.test", from: "guest@away.test", none),
        alias("a member, in capitals", to: "crew@green.test", from: "GUEST@away.test", none),
        alias("a member with an extension", to: "crew@green.test", from: "guest+x@away.test", none),
        alias("a member from the alias domain", to: "crew@gruen.test", from: "ida@gruen.test", none),
        alias("no member", to: "crew@green.test", from: "kim@green.test", unauthorised),
        alias("a member of a thousand", to: "big@green.test", from: "m777@away.test", none),
        alias("none of a thousand", to: "big@green.test", from: "m1001@away.test", unauthorised),
        alias("a moderator", to: "desk@green.test", from: "ida@green.test", none),
        alias("a moderator by domain", to: "desk@green.test", from: "x@partner.test", none),
        alias("not below that domain", to: "desk@green.test", from: "x@sub.partner.test", unauthorised),
        alias("a member is no moderator", to: "desk@green.test", from: "kim@green.test", unauthorised),
        alias("the old word", to: "legacy@green.test", from: "ida@green.test", none),
        alias("the old word, others", to: "legacy@green.test", from: "kim@green.test", unauthorised),
        alias("both: a member", to: "both@green.test", from: "guest@away.test", none),
        alias("both: a moderator", to: "both@green.test", from: "ida@green.test", none),
        alias("both: a moderator by domain", to: "both@green.test", from: "x@partner.test", none),
        alias("both: others", to: "both@green.test", from: "kim@green.test", unauthorised),
        alias("an injection", to: "crew@green.test", from: "x' OR 'a'='a@away.test", unauthorised),
        alias("an injection into a filter", to: "crew@green.test", from: "*@away.test", unauthorised),
        alias("UTF-8", to: "crew@green.test", from: "gäst@away.test", unauthorised),
    ]

    // MARK: - maillist-access

    private static func list(
        _ name: String, to recipient: String, from sender: String, _ verdict: String
    )
        -> DirectoryCase
    {
        DirectoryCase("maillist-access", name, mail(from: sender, to: recipient), verdict)
    }

    private static let mailingLists: [DirectoryCase] = [
        list("no list", to: "ida@green.test", from: "x@far.test", none),
        list("public", to: "all@green.test", from: "x@far.test", none),
        list("of the domain", to: "news@green.test", from: "kim@green.test", none),
        list("of another domain", to: "news@green.test", from: "x@far.test", unauthorised),
        list("from the alias domain", to: "news@green.test", from: "kim@gruen.test", none),
        list("to the alias domain", to: "news@gruen.test", from: "x@far.test", unauthorised),
        list("with an extension", to: "news+x@green.test", from: "x@far.test", unauthorised),
        list("below the domain", to: "news@green.test", from: "x@sub.green.test", unauthorised),
        list("subdomain: below it", to: "deep@green.test", from: "x@sub.green.test", none),
        list("subdomain: below the alias domain", to: "deep@green.test", from: "x@sub.gruen.test", none),
        list("subdomain: outside", to: "deep@green.test", from: "x@far.test", unauthorised),
        list("mlmmj sees to members", to: "talk@green.test", from: "x@far.test", none),
        list("mlmmj sees to moderators", to: "quiet@green.test", from: "x@far.test", none),
        list("a moderator", to: "board@green.test", from: "boss@partner.test", none),
        list("a moderator to the alias domain", to: "board@gruen.test", from: "boss@partner.test", none),
        list("an owner", to: "board@green.test", from: "root@partner.test", none),
        list("others", to: "board@green.test", from: "x@partner.test", unauthorised),
        list("the null sender", to: "news@green.test", from: "", unauthorised),
    ]

    // MARK: - user-restrictions

    private static func restriction(
        _ name: String, from sender: String, to recipient: String, as user: String = "", _ verdict: String
    ) -> DirectoryCase {
        DirectoryCase("user-restrictions", name, mail(from: sender, to: recipient, as: user), verdict)
    }

    private static let restrictions: [DirectoryCase] = [
        restriction("a user without any", from: "x@far.test", to: "ida@green.test", none),
        restriction("may not write", from: "kim@green.test", to: "x@far.test", as: "kim@green.test", unauthorised),
        restriction("may write to a domain", from: "kim@green.test", to: "x@green.test", as: "kim@green.test", none),
        restriction("may write below", from: "kim@green.test", to: "x@a.partner.test", as: "kim@green.test", none),
        restriction(
            "may write to an address", from: "kim@green.test", to: "FRIEND@far.test", as: "kim@green.test", none),
        restriction(
            "not below a plain entry", from: "kim@green.test", to: "x@a.green.test", as: "kim@green.test", unauthorised),
        restriction("the login counts", from: "ida@green.test", to: "x@far.test", as: "kim@green.test", unauthorised),
        restriction("without login the sender counts", from: "kim@green.test", to: "x@far.test", unauthorised),
        restriction("may not be written to", from: "x@spam.test", to: "kim@green.test", unauthorised),
        restriction("nor from below", from: "x@a.spam.test", to: "kim@green.test", unauthorised),
        restriction("but by one", from: "news@deep.spam.test", to: "kim@green.test", none),
        restriction("a plain entry", from: "x@plain.test", to: "kim@green.test", unauthorised),
        restriction("a plain entry is not for below", from: "x@a.plain.test", to: "kim@green.test", none),
        restriction("with an extension", from: "x@spam.test", to: "kim+x@green.test", unauthorised),
        restriction("to the alias domain", from: "x@spam.test", to: "kim@gruen.test", unauthorised),
        restriction("both sides count", from: "kim@green.test", to: "kim@green.test", as: "kim@green.test", none),
    ]

    // MARK: - password-age

    private static let expired = "REJECT \(shippedPasswordMessage)"
    private static let shippedPasswordMessage =
        "Password expired or never changed, please change your password in webmail before sending email"

    private static func password(
        _ name: String, as user: String, _ verdict: String, settings: String = ""
    )
        -> DirectoryCase
    {
        DirectoryCase("password-age", name, mail(from: user, to: "x@far.test", as: user), verdict, settings: settings)
    }

    private static let passwords: [DirectoryCase] = [
        password("100 days old", as: "ida@green.test", expired),
        password("10 days old", as: "kim@green.test", none),
        password("never changed", as: "bob@blue.test", expired),
        password("an unknown user", as: "nobody@green.test", none),
        password("without login", as: "", none),
        password("101 days are allowed", as: "ida@green.test", none, settings: "password-age: { days: 101 }"),
        password("100 days are allowed", as: "ida@green.test", expired, settings: "password-age: { days: 100 }"),
        password("another text", as: "bob@blue.test", "REJECT old", settings: "password-age: { message: old }"),
        password(
            "an exempt user", as: "bob@blue.test", none, settings: "password-age: { never-expire: [Bob@blue.test] }"),
        password(
            "an exempt domain", as: "bob@blue.test", none, settings: "password-age: { never-expire: [blue.test] }"),
    ]

    // MARK: - access-list

    private static func access(
        _ name: String, from sender: String, to recipient: String = "ida@green.test", as user: String = "",
        client: String = "203.0.113.7", _ verdict: String, settings: String = ""
    ) -> DirectoryCase {
        DirectoryCase(
            "access-list", name, mail(from: sender, to: recipient, as: user, client: client), verdict,
            settings: settings)
    }

    private static let access: [DirectoryCase] = [
        access("nobody's business", from: "x@far.test", none),
        access("the null sender", from: "", client: "192.0.2.1", none),
        access("to himself", from: "bad@spam.test", to: "bad@spam.test", none),
        access("the server's list", from: "bad@spam.test", to: "kim@green.test", blacklisted),
        access("in capitals", from: "BAD@Spam.Test", to: "kim@green.test", blacklisted),
        access("the user's own stands above", from: "bad@spam.test", "OK"),
        access("the user's own against the domain's", from: "x@blocked.test", blacklisted),
        access("the domain's", from: "x@blocked.test", to: "kim@green.test", "OK"),
        access("the domain's, to the alias domain", from: "shop@store.test", to: "kim@gruen.test", blacklisted),
        access("the user's own, to the alias domain", from: "x@blocked.test", to: "ida@gruen.test", blacklisted),
        access("a client", from: "x@far.test", client: "192.0.2.1", blacklisted),
        access("a network", from: "x@far.test", client: "198.51.100.77", blacklisted),
        access("beside the network", from: "x@far.test", client: "198.51.101.77", none),
        access("a network of IPv6", from: "x@far.test", client: "2001:db8:1:2::3", blacklisted),
        access("a mapped address", from: "x@far.test", client: "::ffff:192.0.2.1", blacklisted),
        access("a wildcard client", from: "x@far.test", client: "10.9.8.7", blacklisted),
        access("no client", from: "x@far.test", client: "unknown", none),
        access("a domain and below", from: "x@a.evil.test", blacklisted),
        access("the entry's own domain", from: "x@evil.test", blacklisted),
        access("only alike", from: "x@devil.test", none),
        access("a top-level domain", from: "x@any.zzz", blacklisted),
        access("a local part anywhere", from: "robot@far.test", blacklisted),
        access("a local part with an extension", from: "robot+1@far.test", blacklisted),
        access("a local part after login", from: "robot@blue.test", as: "robot@blue.test", none),
        access("another word", from: "score@spam.test", to: "kim@green.test", none),
        access("the more specific entry", from: "good@evil.test", to: "bob@blue.test", "OK"),
        access("the less specific entry", from: "other@evil.test", to: "bob@blue.test", blacklisted),
        access("the recipient's extension", from: "x@blocked.test", to: "ida+x@green.test", blacklisted),
        access("outgoing", from: "bob@blue.test", to: "x@rival.test", as: "bob@blue.test", blacklisted),
        access(
            "outgoing, the domain's", from: "bob@blue.test", to: "x@a.secret.test", as: "bob@blue.test", blacklisted),
        access("outgoing, but one", from: "bob@blue.test", to: "ok@x.secret.test", as: "bob@blue.test", none),
        access("outgoing without login", from: "bob@blue.test", to: "x@rival.test", none),
        access("outgoing by somebody else", from: "ida@green.test", to: "x@rival.test", as: "ida@green.test", none),
        access(
            "outgoing is left out", from: "bob@blue.test", to: "x@rival.test", as: "bob@blue.test", none,
            settings: "access-list: { skip-outgoing: true }"),
        access(
            "between users", from: "ida@green.test", to: "kim@green.test", as: "ida@green.test", client: "192.0.2.1",
            blacklisted),
        access(
            "a user outwards", from: "ida@green.test", to: "x@far.test", as: "ida@green.test", client: "192.0.2.1", none
        ),
        access(
            "a user to a relayed domain", from: "ida@green.test", to: "x@relay.test", as: "ida@green.test",
            client: "192.0.2.1", blacklisted),
        access(
            "thrown away", from: "bad@spam.test", to: "kim@green.test", "DISCARD Policy discard",
            settings: "access-list: { discard: true }"),
        access(
            "not for a user's own list", from: "x@blocked.test", blacklisted, settings: "access-list: { discard: true }"
        ),
        access(
            "unless that is wanted", from: "x@blocked.test", "DISCARD Policy discard",
            settings: "access-list: { discard: true, discard-scope: any }"),
        access("an injection", from: "x'); DROP TABLE wblist; --@far.test", none),
        access("UTF-8", from: "jürgen@far.test", none),
    ]

    // MARK: - rdns-list

    private static func reverse(
        _ name: String, _ host: String, as user: String = "", client: String = "203.0.113.7", _ verdict: String,
        settings: String = ""
    ) -> DirectoryCase {
        DirectoryCase(
            "rdns-list", name, mail(from: "x@far.test", as: user, client: client, name: host), verdict,
            settings: settings)
    }

    private static let reverseNames: [DirectoryCase] = [
        reverse("unknown", "unknown", none),
        reverse("not listed", "mx.far.test", none),
        reverse("exact", "bad.host.test", blacklisted),
        reverse("an exact entry is not for below", "a.bad.host.test", none),
        reverse("below", "a.b.dyn.isp.test", blacklisted),
        reverse("the name itself", "dyn.isp.test", blacklisted),
        reverse("only alike", "xdyn.isp.test", none),
        reverse("white stands above", "mail.dyn.isp.test", none),
        reverse("in capitals", "A.DYN.ISP.TEST", blacklisted),
        reverse("an entry in capitals", "a.upper.test", blacklisted),
        reverse("after login", "bad.host.test", as: "ida@green.test", none),
        reverse("a trusted client", "bad.host.test", client: "127.0.0.9", none),
        reverse("thrown away", "bad.host.test", "DISCARD Policy discard", settings: "rdns-list: { discard: true }"),
        reverse("an injection", "x' OR '1'='1", none),
    ]
}
