import Directory
import DirectoryCases
import PostfixProtocol
import ServiceProtocol
import SuiteFixture
import Synchronization
import Testing

/// A site without iRedMail: what Postfix's own main.cf and tables say, with the real postconf(1) and postmap(1).
@Suite struct PostfixMapsTests {
    private static func site() throws -> TestDirectory {
        var content = DirectoryContent()
        content.domains = [.init(name: "stored.test")]
        let site = try TestDirectory(.sqlite, content: content)
        let path = site.directory.path
        try site.directory.write(
            """
            compatibility_level = 3.6
            myhostname = mx.example.net
            mydestination = $myhostname, localhost, plain.test, !not.test, texthash:\(path)/destinations
            virtual_alias_domains = alias.test
            virtual_mailbox_domains = proxy:texthash:\(path)/domains
            virtual_mailbox_maps = texthash:\(path)/mailboxes
            virtual_alias_maps = texthash:\(path)/aliases, regexp:\(path)/patterns
            relay_domains = \(path)/relayed
            """, to: "main.cf")
        try site.directory.write("", to: "master.cf")
        try site.directory.write("not.test OK\nother.test OK\n", to: "destinations")
        try site.directory.write("box.test OK\n", to: "domains")
        try site.directory.write("ida@box.test ida/\n", to: "mailboxes")
        try site.directory.write("info@box.test ida@box.test, bob@box.test\n@alias.test @box.test\n", to: "aliases")
        try site.directory.write("/^any-.*@box\\.test$/ ida@box.test\n", to: "patterns")
        try site.directory.write("# relayed\nrelay.test\n", to: "relayed")
        try Self.age(site)
        return site
    }

    /// For tests that only read; it lives as long as they.
    private static let shared = Result { try site() }

    /// Postfix's programs wait before they read a file that was written just now.
    private static func age(_ site: TestDirectory) throws {
        let names = ["main.cf", "destinations", "domains", "mailboxes", "aliases", "patterns", "relayed"]
        let files = names.map { "\(site.directory.path)/\($0)" }
        let touched = Command.run("/usr/bin/touch", ["-d", "2020-01-01"] + files)
        try #require(touched.status == 0, "\(touched.output)")
    }

    private static func service(_ site: TestDirectory) throws -> DirectoryService {
        try site.service("postfix-maps: { config-directory: \(site.directory.path) }")
    }

    private static func fact(_ service: DirectoryService, _ text: String) throws -> String? {
        final class Box: Sendable {
            let reply = Mutex<FactReply?>(nil)
        }
        let name = try #require(FactName(parsing: text))
        let box = Box()
        service.facts(FactRequest(names: [name])) { reply in box.reply.withLock { $0 = reply } }
        _ = eventually(within: 10) { box.reply.withLock { $0 } != nil }
        return try #require(box.reply.withLock { $0 }).values[name]
    }

    @Test(
        arguments: [
            ("local:plain.test", "yes"), ("local:other.test", "yes"), ("local:box.test", "yes"),
            ("local:alias.test", "yes"), ("local:relay.test", "yes"), ("local:below.relay.test", "yes"),
            ("local:stored.test", "yes"), ("local:not.test", "no"), ("local:far.test", "no"),
            ("local:below.box.test", "no"), ("alias-target:alias.test", "box.test"), ("alias-target:box.test", "none"),
            ("account:ida@box.test", "active"), ("account:nobody@box.test", "none"),
            ("address-kind:ida@box.test", "user"), ("address-kind:info@box.test", "alias"),
            ("address-kind:any-thing@box.test", "alias"),
        ])
    func facts(_ name: String, _ value: String) throws {
        let service = try Self.service(Self.shared.get())
        defer { service.stop() }
        #expect(try Self.fact(service, name) == value)
    }

    @Test func theListOfDomains() throws {
        let service = try Self.service(Self.shared.get())
        defer { service.stop() }
        let words = try #require(try Self.fact(service, "local-domains:.")).split(separator: " ").map(String.init)
        for word in ["local:plain.test", "local:box.test", "backup-mx:relay.test", "local:stored.test"] {
            #expect(words.contains(word), "\(words)")
        }
    }

    @Test(
        arguments: [
            ("info@box.test", "ida@box.test", "none"), ("info@box.test", "x@box.test", "no"),
            ("any-thing@box.test", "ida@box.test", "none"), ("ida@alias.test", "ida@box.test", "none"),
            ("info@alias.test", "ida@box.test", "none"), ("x@alias.test", "ida@box.test", "no"),
            ("x' y@box.test", "ida@box.test", "no"),
        ])
    func senderLogin(_ sender: String, _ user: String, _ verdict: String) throws {
        let service = try Self.service(Self.shared.get())
        defer { service.stop() }
        let item = DirectoryCase(
            "sender-login", sender,
            [
                .protocolState: "RCPT", .sender: sender, .recipient: "x@far.test", .saslUsername: user,
                .clientAddress: "203.0.113.7",
            ], "")
        let expected = verdict == "no" ? "REJECT Sender is not same as SMTP authenticate username" : verdict
        #expect(try item.verdict(of: service) == expected)
    }

    /// Nobody knows how old a password is there, so it is not too old.
    @Test func passwordsHaveNoAge() throws {
        let service = try Self.service(Self.shared.get())
        defer { service.stop() }
        let item = DirectoryCase(
            "password-age", "ida",
            [.protocolState: "RCPT", .sender: "ida@box.test", .saslUsername: "ida@box.test", .recipient: "x@far.test"],
            "")
        #expect(try item.verdict(of: service) == "none")
    }

    /// A table that cannot be opened is a failure where only it could know, and none where the database knows.
    @Test func aTableThatIsGone() throws {
        let site = try Self.site()
        try site.directory.write(
            "mydestination = plain.test, texthash:/nonexistent/table\nvirtual_alias_maps =\n", to: "main.cf")
        try Self.age(site)
        let service = try Self.service(site)
        defer { service.stop() }
        #expect(try Self.fact(service, "local:stored.test") == "yes")
        #expect(try Self.fact(service, "local:plain.test") == nil, "the list is one question")
        #expect(try Self.fact(service, "local:far.test") == nil)
    }

    /// Postfix's programs wait for a file that was written just now; that is no failure of theirs.
    @Test func aFileThatWasJustWritten() throws {
        let site = try Self.site()
        let touched = Command.run("/usr/bin/touch", ["\(site.directory.path)/main.cf"])
        try #require(touched.status == 0, "\(touched.output)")
        let log = LogLines()
        let settings = "postfix-maps: { config-directory: \(site.directory.path), timeout: 500ms }"
        let service = try site.service(settings, log: log.logger())
        defer { service.stop() }
        #expect(try Self.fact(service, "local:plain.test") == "yes", "\(log.all)")
        #expect(log.all.isEmpty, "\(log.all)")
    }

    @Test func postfixIsNotThere() throws {
        let site = try Self.site()
        let log = LogLines()
        let service = try site.service("postfix-maps: { command-directory: /nonexistent }", log: log.logger())
        defer { service.stop() }
        #expect(try Self.fact(service, "local:stored.test") == "yes")
        #expect(try Self.fact(service, "local:far.test") == nil)
        #expect(eventually(within: 10) { log.all.contains { $0.contains("error: postfix-maps: cannot be used") } })
    }
}
