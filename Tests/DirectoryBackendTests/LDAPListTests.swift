import DatabaseFixture
import Directory
import DirectoryCases
import PostfixProtocol
import Testing

/// Mailing lists in a directory that mlmmj does not manage: all policies are decided here.
@Suite struct LDAPListTests {
    private static let content: DirectoryContent = {
        var content = DirectoryContent()
        content.domains = [.init(name: "green.test")]
        content.aliasDomains = [.init(name: "gruen.test", target: "green.test")]
        return content
    }()

    private static func list(_ name: String, _ policy: String, status: String = "active", _ more: String = "") -> String
    {
        """
        dn: mail=\(name)@green.test,domainName=green.test,\(OpenLDAPServer.baseDN)
        objectClass: mailList
        mail: \(name)@green.test
        accountStatus: \(status)
        accessPolicy: \(policy)
        \(more.isEmpty ? "enabledService: mail" : "enabledService: mail\n" + more)

        """
    }

    private static let ldif = """
        dn: mail=ida@green.test,domainName=green.test,\(OpenLDAPServer.baseDN)
        objectClass: inetOrgPerson
        objectClass: mailUser
        mail: ida@green.test
        uid: ida
        cn: Ida
        sn: Ida
        accountStatus: active
        enabledService: shadowaddress
        shadowAddress: i.d.a@green.test
        memberOfGroup: crew@green.test
        memberOfGroup: both@green.test

        dn: mail=off@green.test,domainName=green.test,\(OpenLDAPServer.baseDN)
        objectClass: inetOrgPerson
        objectClass: mailUser
        mail: off@green.test
        uid: off
        cn: Off
        sn: Off
        accountStatus: disabled
        memberOfGroup: crew@green.test
        memberOfGroup: both@green.test

        dn: mail=guest@away.test,domainName=green.test,\(OpenLDAPServer.baseDN)
        objectClass: mailExternalUser
        mail: guest@away.test
        memberOfGroup: crew@green.test
        accountStatus: active

        \(list("crew", "membersOnly", "listAllowedUser: boss@partner.test\nlistModerator: mod@far.test\nlistOwner: own@far.test\nshadowAddress: team@green.test"))
        \(list("both", "membersandmoderatorsonly", "listAllowedUser: .deep.test"))
        \(list("mods", "moderatorsonly", "listModerator: ida@green.test\nlistAllowedUser: *@welcome.test"))
        \(list("home", "domain"))
        \(list("dead", "public", status: "disabled"))
        """

    @Test(
        arguments: [
            ("crew", "ida@green.test", "", "none"), ("crew", "i.d.a@green.test", "", "none"),
            ("crew", "guest@away.test", "", "none"), ("crew", "GUEST@away.test", "", "none"),
            ("crew", "off@green.test", "", "no"), ("crew", "x@green.test", "", "no"),
            ("crew", "boss@partner.test", "", "none"), ("crew", "mod@far.test", "", "none"),
            ("crew", "own@far.test", "", "none"), ("crew+x", "x@far.test", "", "no"), ("team", "x@far.test", "", "no"),
            ("team", "ida@green.test", "", "none"), ("both", "off@green.test", "", "none"),
            ("both", "x@a.deep.test", "", "none"), ("both", "x@far.test", "", "no"),
            ("mods", "ida@green.test", "", "none"), ("mods", "x@welcome.test", "", "none"),
            ("mods", "i.d.a@green.test", "", "no"), ("mods", "i.d.a@green.test", "ida@green.test", "none"),
            ("mods", "x@far.test", "ida@green.test", "no"), ("home", "x@gruen.test", "", "none"),
            ("home", "x@far.test", "", "no"), ("home", "x@far.test", "home@green.test", "none"),
            ("dead", "ida@green.test", "", "dead"), ("nobody", "x@far.test", "", "none"),
            ("crew", "*@away.test", "", "no"), ("crew", "x)(mail=*@away.test", "", "no"),
        ])
    func policies(_ list: String, _ sender: String, _ user: String, _ verdict: String) throws {
        let words = ["no": "REJECT Not authorized", "dead": "REJECT Policy rejection"]
        let site = try Self.site.get()
        let service = try site.service()
        defer { service.stop() }
        for domain in ["green.test", "gruen.test"] where !(list == "team" || list == "dead") || domain == "green.test" {
            let item = DirectoryCase(
                "maillist-access", list,
                [
                    .protocolState: "RCPT", .sender: sender, .recipient: "\(list)@\(domain)", .saslUsername: user,
                    .clientAddress: "203.0.113.7",
                ], "")
            // Being the list itself is told by its address as received.
            let expected = user == "home@green.test" && domain == "gruen.test" ? "no" : verdict
            #expect(try item.verdict(of: service) == words[expected] ?? expected, "\(domain)")
        }
    }

    private static let site = Result { try TestDirectory(.ldap, content: content, ldif: ldif) }
}
