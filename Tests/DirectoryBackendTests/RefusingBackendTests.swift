import DatabaseFixture
import Directory
import DirectoryCases
import Glibc
import PostfixProtocol
import SQLStore
import ServiceProtocol
import SuiteFixture
import Testing

/// A database that ends connections, takes nothing, or does not know who asks.
@Suite(.serialized) struct RefusingBackendTests {
    private static let closed = DirectoryCase(
        "alias-access", "staff",
        [.protocolState: "RCPT", .sender: "x@far.test", .recipient: "staff@green.test", .clientAddress: "203.0.113.7"],
        "REJECT Not authorized")

    private static func server(_ backend: Backend) throws -> any DatabaseServer {
        backend == .postgreSQL ? try PostgreSQLServer.shared() : try MariaDBServer.shared()
    }

    @Test(arguments: [Backend.postgreSQL, .mariaDB])
    func connectionsThatEnd(_ backend: Backend) throws {
        let site = try TestDirectory.shared(backend)
        let log = LogLines()
        let service = try site.service("cache: { lifetime: 0s, serve-stale: 0s }", log: log.logger())
        defer { service.stop() }
        #expect(try Self.closed.verdict(of: service) == Self.closed.verdict)
        for _ in 0..<3 {
            try Self.server(backend).terminateConnections()
            let end = MonotonicInstant.now.advanced(byMilliseconds: 5_000)
            var verdict = ""
            while verdict != Self.closed.verdict, MonotonicInstant.now < end {
                verdict = try Self.closed.verdict(of: service)
                #expect(verdict == Self.closed.verdict || verdict.hasPrefix("error: accounts: "), "\(verdict)")
                usleep(20_000)
            }
            #expect(verdict == Self.closed.verdict)
        }
        #expect(log.all.count { $0.contains("accounts: cannot be used") } <= 3, "\(log.all)")
    }

    /// What only reads goes on; what would write says why it cannot.
    @Test(arguments: [Backend.postgreSQL, .mariaDB])
    func readOnly(_ backend: Backend) throws {
        let site = try TestDirectory(backend, isOwn: backend == .mariaDB)
        switch backend {
        case .mariaDB: try #require(site.own).administer("SET GLOBAL read_only = 1;", database: nil)
        default:
            try Self.server(backend).administer(
                "ALTER DATABASE \(site.databases[1]) SET default_transaction_read_only = on", database: nil)
        }
        let service = try site.service()
        defer { service.stop() }
        for item in DirectoryCases.all where item.check == "access-list" && item.settings.isEmpty {
            #expect(try item.verdict(of: service) == item.verdict, "\(item)")
        }
        let arguments = ["what": "access-list", "list": "blacklist", "addresses": "@spam.test"]
        guard case .failed(let words)? = AdministrationTests.ask(service, "add", arguments) else {
            Issue.record("nothing was refused")
            return
        }
        #expect(words.hasPrefix("database: readOnly: "), "\(words)")
        let sent = DirectoryCase(
            "whitelist-outbound-list", "bob",
            [
                .protocolState: "END-OF-MESSAGE", .sender: "bob@blue.test", .saslUsername: "bob@blue.test",
                .recipient: "new@far.test", .clientAddress: "203.0.113.7", .instance: "i",
            ], "error: lists: readOnly")
        #expect(try sent.verdict(of: service) == sent.verdict)
    }

    @Test(arguments: [Backend.postgreSQL, .mariaDB])
    func whoAsksIsRefused(_ backend: Backend) throws {
        let site = try TestDirectory.shared(backend)
        let server = try Self.server(backend)
        let port = server.configurationOverTCP(site.databases[0]).port
        let secret = try site.directory.write("no such password", to: "wrong", mode: 0o600)
        let engine = backend == .postgreSQL ? "postgresql" : "mariadb"
        let accounts = """
            { engine: \(engine), host: 127.0.0.1, port: \(port), database: \(site.databases[0]), user: postern, \
            password-file: \(secret), tls: require }
            """
        let log = LogLines()
        let service = try site.service(accounts: accounts, log: log.logger())
        defer { service.stop() }
        for _ in 0..<3 {
            let verdict = try Self.closed.verdict(of: service)
            #expect(verdict.hasPrefix("error: accounts: unavailable: "), "\(verdict)")
            #expect(verdict.contains("authentication failed") || verdict.contains("Access denied"), "\(verdict)")
        }
        #expect(log.all.count { $0.contains("error: accounts: cannot be used") } == 1, "\(log.all)")
        #expect(!log.all.joined().contains("no such password"))
        // The lists are in a database of their own, with a user of their own.
        let listed = try #require(DirectoryCases.all.first { $0.description == "rdns-list: exact" })
        #expect(try listed.verdict(of: service) == listed.verdict)
    }
}
