import DatabaseFixture
import DirectoryCases
import Glibc
import PostfixProtocol
import ServiceProtocol
import SuiteFixture
import Synchronization
import Testing

@testable import Directory

/// A server of accounts that is stopped, hangs, or comes back: each check fails by itself and in time, what is kept
/// serves, and everything works again.
@Suite(.serialized) struct FailingBackendTests {
    private static let limits = ", connect-timeout: 500ms, "

    private static func site(_ backend: Backend) throws -> TestDirectory {
        let limit = backend == .ldap ? "search-timeout: 500ms" : "statement-timeout: 500ms"
        return try TestDirectory(backend, isOwn: true, limits: limits + limit)
    }

    private static func stop(_ site: TestDirectory) {
        site.own?.stop()
        site.ldap?.stop()
    }

    private static func start(_ site: TestDirectory) throws {
        try site.own?.start()
        try site.ldap?.start()
    }

    private static func alias(_ recipient: String, from sender: String) -> DirectoryCase {
        DirectoryCase(
            "alias-access", recipient,
            [.protocolState: "RCPT", .sender: sender, .recipient: recipient, .clientAddress: "203.0.113.7"], "")
    }

    private static let known = alias("staff@green.test", from: "x@far.test")
    private static let refused = "REJECT Not authorized"

    /// Tries until the verdict is there, for five seconds.
    private static func works(_ service: DirectoryService, _ item: DirectoryCase) throws -> Bool {
        let end = MonotonicInstant.now.advanced(byMilliseconds: 5_000)
        while MonotonicInstant.now < end {
            if try item.verdict(of: service) == refused { return true }
            usleep(50_000)
        }
        return false
    }

    @Test(arguments: [Backend.postgreSQL, .mariaDB, .ldap])
    func stopped(_ backend: Backend) throws {
        let site = try Self.site(backend)
        let log = LogLines()
        // Every answer is old at once, so each is asked for anew.
        let service = try site.service("cache: { lifetime: 0s }", log: log.logger())
        defer { service.stop() }
        #expect(try Self.known.verdict(of: service) == Self.refused)
        Self.stop(site)
        #expect(try Self.known.verdict(of: service) == Self.refused, "what is kept serves")
        let cold = Self.alias("tree@green.test", from: "x@far.test")
        for _ in 0..<5 { #expect(try cold.verdict(of: service).hasPrefix("error: accounts: unavailable")) }
        if backend == .ldap {
            // The lists are elsewhere, and not concerned.
            let lists = try #require(DirectoryCases.all.first { $0.description == "rdns-list: exact" })
            #expect(try lists.verdict(of: service) == lists.verdict)
        }
        let failures = log.all.filter { $0.contains("error: accounts: cannot be used") }
        #expect(failures.count == 1, "\(log.all)")
        try Self.start(site)
        #expect(try Self.works(service, cold))
        // Said when all connections work, each of which tries again in its own time.
        #expect(eventually(within: 10) { log.all.contains { $0.contains("notice: accounts: works again") } })
    }

    @Test(arguments: [Backend.postgreSQL, .mariaDB, .ldap])
    func frozen(_ backend: Backend) throws {
        let site = try Self.site(backend)
        let service = try site.service("cache: { lifetime: 0s }")
        defer { service.stop() }
        #expect(try Self.known.verdict(of: service) == Self.refused)
        try site.own?.freeze()
        try site.ldap?.freeze()
        let cold = Self.alias("tree@green.test", from: "x@far.test")
        let before = MonotonicInstant.now
        let verdict = try cold.verdict(of: service)
        let took = MonotonicInstant.now.microseconds(since: before) / 1_000
        site.own?.thaw()
        site.ldap?.thaw()
        #expect(verdict.hasPrefix("error: accounts:"), "\(verdict)")
        // Its own limit is 500 ms; MariaDB's library counts whole seconds.
        #expect(took < 6_000, "\(took) ms")
        #expect(try Self.works(service, cold))
    }

    /// What was asked before a change, and is answered after it, is told under no revision.
    @Test func aChangeWhileItIsAsked() throws {
        let site = try Self.site(.postgreSQL)
        let service = try site.service("")
        defer { service.stop() }
        final class Replies: Sendable {
            let all = Mutex<[FactReply]>([])
        }
        let replies = Replies()
        func ask(_ domain: String) {
            service.facts(FactRequest(names: [FactName(kind: "local", subject: domain)])) { reply in
                replies.all.withLock { $0.append(reply) }
            }
        }
        func reply(_ number: Int) -> FactReply? {
            _ = eventually(within: 5) { replies.all.withLock { $0.count } > number }
            return replies.all.withLock { $0.count > number ? $0[number] : nil }
        }
        ask("green.test")
        #expect(reply(0)?.values.values.first == "yes")
        #expect(reply(0)?.revision == service.board.revision)
        try site.own?.freeze()
        ask("far.test")
        service.board.forget()
        site.own?.thaw()
        #expect(reply(1)?.values.values.first == "no")
        #expect(reply(1)?.revision == nil)
        ask("far.test")
        #expect(reply(2)?.revision == service.board.revision)
    }

    @Test func aDirectoryThatRefusesThePassword() throws {
        let site = try TestDirectory(.ldap)
        try site.directory.write("wrong", to: "password", mode: 0o600)
        let log = LogLines()
        let service = try site.service(log: log.logger())
        defer { service.stop() }
        #expect(try Self.known.verdict(of: service).contains("Invalid credentials"))
        #expect(log.all.contains { $0.contains("Invalid credentials") })
        #expect(!log.all.joined().contains("wrong"))
    }

    @Test func aDirectoryWithAnotherCertificate() throws {
        let site = try TestDirectory(.ldap)
        let server = try #require(site.ldap)
        func verdict(_ port: String, _ authority: String) throws -> String {
            let text = """
                { engine: ldap, uri: "\(port)", base-dn: "\(OpenLDAPServer.baseDN)", \
                bind-dn: "\(OpenLDAPServer.bindDN)", password-file: \(site.directory.path)/password, tls: verify, \
                tls-ca-file: \(server.directory.path)/\(authority).crt }
                """
            let service = try site.service(accounts: text)
            defer { service.stop() }
            return try Self.known.verdict(of: service)
        }
        for uri in ["ldap://127.0.0.1:\(server.port)", "ldaps://127.0.0.1:\(server.tlsPort)"] {
            #expect(try verdict(uri, "ca") == Self.refused, "\(uri)")
            #expect(try verdict(uri, "other-ca").hasPrefix("error: accounts: unavailable"), "\(uri)")
        }
    }

    @Test(arguments: [Backend.postgreSQL, .mariaDB])
    func anUnexpectedSchema(_ backend: Backend) throws {
        let site = try TestDirectory(backend)
        try site.administer("DROP TABLE maillist_owners;", database: 0)
        let service = try site.service()
        defer { service.stop() }
        let member = Self.alias("crew@green.test", from: "guest@away.test")
        #expect(try member.verdict(of: service).contains("maillist_owners"))
        // What does not look there goes on.
        #expect(try Self.known.verdict(of: service) == Self.refused)
    }

    /// Newer versions of iRedMail have no columns of restrictions: nobody is restricted.
    @Test(arguments: [Backend.postgreSQL, .mariaDB])
    func withoutRestrictions(_ backend: Backend) throws {
        let site = try TestDirectory(backend)
        for column in ["allowedsenders", "rejectedsenders", "allowedrecipients", "rejectedrecipients"] {
            try site.administer("ALTER TABLE mailbox DROP COLUMN \(column);", database: 0)
        }
        let service = try site.service()
        defer { service.stop() }
        for item in DirectoryCases.all where item.check == "user-restrictions" {
            #expect(try item.verdict(of: service) == "none", "\(item)")
        }
        let old = try #require(DirectoryCases.all.first { $0.description == "password-age: 100 days old" })
        #expect(try old.verdict(of: service) == old.verdict)
    }
}
