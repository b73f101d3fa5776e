import Directory
import DirectoryCases
import Glibc
import PostfixProtocol
import ServiceProtocol
import SuiteFixture
import Synchronization
import Testing

/// The management verbs: what they change is in force when they answer.
@Suite(.serialized) struct AdministrationTests {
    static func ask(_ service: DirectoryService, _ verb: String, _ arguments: [String: String]) -> AdminReply? {
        final class Box: Sendable {
            let reply = Mutex<AdminReply?>(nil)
        }
        let box = Box()
        service.administer(AdminRequest(verb: verb, arguments: arguments, peerUserID: 7)) { reply in
            box.reply.withLock { $0 = reply }
        }
        for _ in 0..<10_000 {
            if let reply = box.reply.withLock({ $0 }) { return reply }
            usleep(1_000)
        }
        return nil
    }

    private static func mail(
        _ check: String, from sender: String, to recipient: String, as user: String = "", state: String = "RCPT",
        name: String = ""
    ) -> DirectoryCase {
        DirectoryCase(
            check, sender,
            [
                .protocolState: state, .sender: sender, .recipient: recipient, .saslUsername: user,
                .clientAddress: "203.0.113.7", .reverseClientName: name, .instance: "i",
            ], "")
    }

    private static let list = ["what": "access-list", "account": "@Example.com", "list": "blacklist"]

    @Test(arguments: [Backend.sqlite, .postgreSQL, .mariaDB])
    func accessLists(_ backend: Backend) throws {
        let site = try TestDirectory(backend, content: DirectoryContent())
        let log = LogLines()
        let service = try site.service("local-domains: [example.com]", log: log.logger())
        defer { service.stop() }
        let item = Self.mail("access-list", from: "x@sub.spam.test", to: "bob@example.com")
        #expect(try item.verdict(of: service) == "none")
        var arguments = Self.list
        arguments["addresses"] = "@.Spam.Test 192.0.2.0/24 o'brien@far.test"
        #expect(Self.ask(service, "add", arguments) == .done)
        #expect(try item.verdict(of: service) == "REJECT Blacklisted")
        #expect(
            Self.ask(service, "list", Self.list)
                == .done(
                    columns: ["address"], rows: [["192.0.2.0/24"], ["@.spam.test"], ["o'brien@far.test"]], next: nil))
        // In the other list an entry moves.
        arguments = ["what": "access-list", "account": "@example.com", "list": "whitelist", "addresses": "@.spam.test"]
        #expect(Self.ask(service, "set", arguments) == .done)
        #expect(try item.verdict(of: service) == "OK")
        arguments["addresses"] = "@.spam.test @.other.test"
        #expect(
            Self.ask(service, "delete", arguments) == .done(columns: ["deleted"], rows: [["@.spam.test"]], next: nil))
        #expect(Self.ask(service, "delete", arguments) == .failed("none of these is in the list"))
        #expect(Self.ask(service, "delete-all", Self.list) == .done(columns: ["deleted"], rows: [["2"]], next: nil))
        #expect(Self.ask(service, "list", Self.list) == .done(columns: ["address"], rows: [], next: nil))
        #expect(log.all.count { $0.contains("audit: uid=7") } == 4, "\(log.all)")
    }

    @Test(arguments: [
        ("add", ["what": "access-list", "list": "blacklist"], "addresses= is missing"),
        (
            "add", ["what": "access-list", "list": "blacklist", "addresses": "example.com"],
            "write @example.com for a domain"
        ),
        ("add", ["what": "access-list", "list": "grey", "addresses": "@a.test"], "expected whitelist or blacklist"),
        (
            "add", ["what": "access-list", "account": "192.0.2.1", "list": "blacklist", "addresses": "@a.test"],
            "account="
        ),
        ("add", ["what": "access-list", "list": "blacklist", "addresses": "@a.test", "x": "1"], "unknown argument x="),
        ("add", ["what": "rdns-list", "list": "blacklist", "name": "a b"], "not a host name"),
        ("add", ["what": "domains", "domain": "localhost"], "not a domain such as example.com"),
        ("add", ["what": "aliases", "address": "a@b.test", "policy": "some"], "expected public"),
        ("add", ["what": "users", "address": "a@b.test", "password-changed": "yesterday"], "expected a day"),
        ("add", ["what": "alias-domains", "domain": "a.test"], "target= is missing"),
        ("delete", ["what": "cars"], "expected what="), ("list", [:], "needs what="),
    ])
    func faults(_ verb: String, _ arguments: [String: String], _ words: String) throws {
        let site = try TestDirectory(.sqlite, content: DirectoryContent())
        let service = try site.service()
        defer { service.stop() }
        guard case .failed(let text)? = Self.ask(service, verb, arguments) else {
            Issue.record("not refused")
            return
        }
        #expect(text.contains(words), "\(text)")
    }

    @Test(arguments: [Backend.sqlite, .postgreSQL, .mariaDB])
    func reverseNames(_ backend: Backend) throws {
        let site = try TestDirectory(backend, content: DirectoryContent())
        let service = try site.service()
        defer { service.stop() }
        let item = Self.mail("rdns-list", from: "x@far.test", to: "y@far.test", name: "a.dyn.isp.test")
        #expect(try item.verdict(of: service) == "none")
        #expect(Self.ask(service, "add", ["what": "rdns-list", "list": "blacklist", "name": ".Dyn.isp.test"]) == .done)
        #expect(try item.verdict(of: service) == "REJECT Blacklisted")
        #expect(
            Self.ask(service, "list", ["what": "rdns-list"])
                == .done(columns: ["name", "list"], rows: [[".dyn.isp.test", "blacklist"]], next: nil))
        #expect(Self.ask(service, "delete", ["what": "rdns-list", "name": ".dyn.isp.test"]) == .done)
        #expect(try item.verdict(of: service) == "none")
    }

    @Test func accountsInSQLite() throws {
        let site = try TestDirectory(.sqlite, content: DirectoryContent())
        let service = try site.service()
        defer { service.stop() }
        func add(_ what: String, _ arguments: [String: String]) {
            let reply = Self.ask(service, "add", arguments.merging(["what": what]) { first, _ in first })
            #expect(reply == .done, "\(what) \(arguments)")
        }
        add("domains", ["domain": "Green.test"])
        add("alias-domains", ["domain": "gruen.test", "target": "green.test"])
        add(
            "users", ["address": "ida@green.test", "rejected-senders": "@.spam.test", "password-changed": "2023-01-01"])
        add("additional-addresses", ["address": "i.d.a@green.test", "user": "ida@green.test"])
        add("aliases", ["address": "crew@green.test", "policy": "membersonly"])
        add("members", ["address": "crew@green.test", "member": "ida@green.test"])
        add("moderators", ["address": "crew@green.test", "moderator": "*@partner.test"])
        let login = Self.mail("sender-login", from: "i.d.a@gruen.test", to: "x@far.test", as: "ida@green.test")
        let alias = Self.mail("alias-access", from: "x@far.test", to: "crew@gruen.test")
        let restricted = Self.mail("user-restrictions", from: "x@a.spam.test", to: "ida@green.test")
        #expect(try login.verdict(of: service) == "none")
        #expect(try alias.verdict(of: service) == "REJECT Not authorized")
        #expect(try restricted.verdict(of: service) == "REJECT Not authorized")
        #expect(
            Self.ask(service, "list", ["what": "local-domains"])
                == .done(
                    columns: ["domain", "kind", "target"],
                    rows: [["green.test", "local", ""], ["gruen.test", "alias", "green.test"]], next: nil))
        // A domain takes all that is in it along.
        #expect(Self.ask(service, "delete", ["what": "domains", "domain": "green.test"]) == .done)
        #expect(try alias.verdict(of: service) == "none")
        for table in ["users", "members", "moderators", "additional-addresses", "alias-domains"] {
            guard case .done(_, let rows, nil)? = Self.ask(service, "list", ["what": table]) else {
                Issue.record("no list of \(table)")
                continue
            }
            #expect(rows.isEmpty, "\(table)")
        }
    }

    @Test func accountsElsewhereAreNotManaged() throws {
        let service = try TestDirectory.shared(.postgreSQL).service()
        defer { service.stop() }
        guard case .failed(let text)? = Self.ask(service, "add", ["what": "domains", "domain": "new.test"]) else {
            Issue.record("not refused")
            return
        }
        #expect(text.contains("only in SQLite"))
    }

    @Test(arguments: [Backend.sqlite, .postgreSQL, .mariaDB])
    func whomAUserWritesTo(_ backend: Backend) throws {
        let site = try TestDirectory(backend)
        let service = try site.service()
        defer { service.stop() }
        func send(to recipients: [String]) -> CheckReply? {
            let item = Self.mail(
                "whitelist-outbound-list", from: "bob@blue.test", to: "", as: "bob@blue.test", state: "END-OF-MESSAGE")
            var request = item.checkRequest
            request.recipients = KnownRecipients(addresses: recipients, isComplete: true)
            return DirectoryCase.ask(service, request)
        }
        let none = CheckReply.results([("whitelist-outbound-list", .verdict(.none))])
        // Twice is no error; neither his own domain nor a local one is entered.
        for _ in 0..<2 { #expect(send(to: ["new@far.test", "al@blue.test", "ida@green.test"]) == none) }
        let entries = ["what": "access-list", "account": "bob@blue.test", "list": "whitelist"]
        #expect(
            Self.ask(service, "list", entries)
                == .done(columns: ["address"], rows: [["new@far.test"]], next: nil))
        let answer = Self.mail("access-list", from: "new@far.test", to: "bob@blue.test")
        #expect(try answer.verdict(of: service) == "OK")
    }
}
