import DatabaseFixture
import MailTypes
import NameServerFixture
import PostfixProtocol
import SQLStore
import ServiceProtocol
import SuiteFixture
import Testing

@testable import Reputation

/// The check `senderscore`, its store, and what an administrator sets.
@Suite struct SenderScoreTests {
    private static let zone = """
        7.113.0.203.score.test. IN A 127.0.4.12
        8.113.0.203.score.test. IN A 127.0.4.31
        9.113.0.203.score.test. IN A 192.0.2.12
        """
    private static let keys = "  senderscore: { zone: score.test }"

    private static func client(_ last: Int) -> [PolicyAttribute: String] { [.clientAddress: "203.0.113.\(last)"] }

    private static let refusal =
        "REJECT Server IP address has bad reputation. FYI: "
        + "https://www.senderscore.org/lookup.php?lookup=203.0.113.7"

    private static func run(store: String) async throws {
        let server = try NameServer(zone: zone)
        let asking = try Asking(server.address, "\(keys)\n\(store)")
        #expect(asking.service.statistics().contains { $0 == ("database", "not used") })
        #expect(await asking.outcome("senderscore", client(7)) == "\(refusal) | score 12, at most 30")
        #expect(await asking.outcome("senderscore", client(8)) == "none | score 31")
        // An answer outside of 127.0.4.x is none, and a name that does not exist has no score.
        #expect(await asking.outcome("senderscore", client(9)) == "error: an answer that is no score")
        #expect(await asking.outcome("senderscore", client(10)) == "none | no score")
        #expect(await asking.outcome("senderscore", [.clientAddress: "2001:db8::7"]) == "none | no IPv4 client")
        // What was asked for is kept, also that there is none; what failed is not.
        server.kill()
        #expect(await asking.eventually { await asking.outcome("senderscore", client(8)) == "none | score 31 (kept)" })
        #expect(await asking.outcome("senderscore", client(7)) == "\(refusal) | score 12 (kept), at most 30")
        #expect(await asking.outcome("senderscore", client(10)) == "none | no score")
        #expect(await asking.outcome("senderscore", client(9)).hasPrefix("error: "))
        let listed = await asking.administer("list", ["what": "senderscores"])
        guard case .done(_, let rows, _) = listed else { return #expect(Bool(false), "\(listed)") }
        #expect(
            rows.map { $0.prefix(2).joined(separator: " ") } == [
                "203.0.113.10 none", "203.0.113.7 12", "203.0.113.8 31",
            ])
        // An administrator's word stands above.
        #expect(await asking.administer("set", ["what": "senderscore", "client": "203.0.113.7"]) == .done)
        #expect(await asking.outcome("senderscore", client(7)) == "none | score 100 (kept)")
        #expect(await asking.administer("delete", ["what": "senderscore", "client": "203.0.113.7"]) == .done)
        #expect(
            await asking.administer("delete", ["what": "senderscore", "client": "203.0.113.7"])
                == .failed("no score of 203.0.113.7 is kept"))
        #expect(asking.logged.filter { $0.hasPrefix("notice: audit: uid=7") }.count == 2)
        #expect(
            await asking.administer("set", ["what": "senderscore", "client": "203.0.113.7", "score": "101"])
                == .failed("\"101\" is not a score from 0 to 100"))
    }

    @Test func onSQLite() async throws { try await Self.run(store: "") }

    @Test func onPostgreSQL() async throws {
        let server = try PostgreSQLServer.shared()
        try await Self.run(store: "  store: \(try Self.store(server, engine: "postgresql"))")
    }

    @Test func onMariaDB() async throws {
        let server = try MariaDBServer.shared()
        try await Self.run(store: "  store: \(try Self.store(server, engine: "mariadb"))")
    }

    private static func store(_ server: some DatabaseServer, engine: String) throws -> String {
        let database = try server.makeDatabase()
        let found = server.configuration(database)
        let port = engine == "postgresql" ? ", port: \(found.port)" : ""
        return
            "{ engine: \(engine), host: \(found.host)\(port), database: \(database), user: \(found.user), tls: off }"
    }

    /// A store that cannot be used costs no verdict.
    @Test func withoutAStore() async throws {
        let server = try NameServer(zone: Self.zone)
        let asking = try Asking(server.address, "\(Self.keys)\n  database: /nonexistent/reputation.db")
        #expect(await asking.outcome("senderscore", Self.client(7)) == "\(Self.refusal) | score 12, at most 30")
        #expect(await asking.outcome("senderscore", Self.client(7)) == "\(Self.refusal) | score 12, at most 30")
        #expect(asking.service.statistics().contains { $0 == ("database", "failing") })
        let failure = "error: scores are not kept, the database cannot be used"
        #expect(asking.logged.filter { $0.hasPrefix(failure) }.count == 1)
    }

    /// Old rows count no more, and go; those of other programs are honoured.
    @Test func rowsExpire() async throws {
        let server = try NameServer(zone: Self.zone)
        let asking = try Asking(server.address, Self.keys)
        let store = asking.service.store
        let client = try #require(IPAddress(parsing: "203.0.113.8"))
        store.keep(.init(score: 3, time: 1_000_000_000), of: client)
        #expect(await asking.outcome("senderscore", Self.client(8)) == "none | score 31")
        store.keep(.init(score: 3, time: SenderScoreStore.Entry.permanent), of: client)
        #expect(await asking.outcome("senderscore", Self.client(8)).contains("score 3 (kept)"))
        let other = try #require(IPAddress(parsing: "203.0.113.99"))
        store.keep(.init(score: 3, time: 1_000_000_000), of: other)
        #expect(
            await asking.eventually {
                guard case .done(_, let rows, _) = await asking.administer("list", ["what": "senderscores"]) else {
                    return false
                }
                return rows.map { $0[0] } == ["203.0.113.8"]
            })
    }
}
