import DatabaseFixture
import Glibc
import SQLStore
import ServiceProtocol
import SuiteFixture
import Testing

@testable import SRS

/// A server that is killed, frozen or loses its connections: what fits is rewritten all the same, and no bounce to a kept
/// original is turned away.
enum FailingServer<Server: DatabaseServer> {
    private static func host(
        _ server: Server, _ name: String, _ engine: (ServerConfiguration) -> StoreConfiguration.Engine
    ) throws -> Host {
        var way = server.configuration(name)
        way.connectTimeout = 500
        way.statementTimeout = 500
        return try Host(engine(way), clock: nil)
    }

    static func down(
        _ engine: (ServerConfiguration) -> StoreConfiguration.Engine, _ off: (Server) throws -> Void,
        _ on: (Server) throws -> Void
    ) async throws {
        // What is committed must outlive a kill.
        let server = try Server(isDurable: true)
        let host = try host(server, server.makeDatabase(), engine)
        let address = try #require(await host.forward(Host.sender(0), limit: 10_000).value)
        try off(server)
        for number in 1..<6 {
            #expect(await host.reverse(address, limit: 2_000).isTemporary)
            #expect(await host.forward(Host.sender(number), limit: 2_000) == .notFound(""))
            #expect(await host.forward("short@a.example", limit: 2_000).value != nil)
        }
        try on(server)
        for _ in 0..<100 where await host.reverse(address, limit: 2_000).value == nil { usleep(50_000) }
        #expect(await host.reverse(address, limit: 2_000).value == Host.sender(0))
        #expect(await host.forward(Host.sender(9), limit: 2_000).value != nil)
        #expect(host.log.all.filter { $0.hasPrefix("error: database") }.count == 1, "\(host.log.all)")
    }

    /// Who loses his connection asks again on the next one.
    static func lostConnections(_ engine: (ServerConfiguration) -> StoreConfiguration.Engine) async throws {
        let server = try Server(isDurable: false)
        let host = try host(server, server.makeDatabase(), engine)
        let address = try #require(await host.forward(Host.sender(0), limit: 10_000).value)
        for number in 1..<5 {
            try server.terminateConnections()
            #expect(await host.forward(Host.sender(number), limit: 5_000).value != nil)
            try server.terminateConnections()
            #expect(await host.reverse(address, limit: 5_000).value == Host.sender(0))
        }
    }
}

extension LookupResult {
    fileprivate var isTemporary: Bool {
        guard case .temporary = self else { return false }
        return true
    }
}

@Suite(.serialized) struct FailingPostgreSQLTests {
    private static let engine = { @Sendable (server: ServerConfiguration) in
        StoreConfiguration.Engine.postgreSQL(server)
    }

    @Test func killed() async throws {
        try await FailingServer<PostgreSQLServer>.down(Self.engine) {
            $0.kill()
        } _: {
            try $0.start()
        }
    }

    @Test func frozen() async throws {
        try await FailingServer<PostgreSQLServer>.down(Self.engine) {
            try $0.freeze()
        } _: {
            $0.thaw()
        }
    }

    @Test func lostConnections() async throws {
        try await FailingServer<PostgreSQLServer>.lostConnections(Self.engine)
    }
}

@Suite(.serialized) struct FailingMariaDBTests {
    private static let engine = { @Sendable (server: ServerConfiguration) in StoreConfiguration.Engine.mariaDB(server) }

    @Test func killed() async throws {
        try await FailingServer<MariaDBServer>.down(Self.engine) {
            $0.kill()
        } _: {
            try $0.start()
        }
    }

    @Test func frozen() async throws {
        try await FailingServer<MariaDBServer>.down(Self.engine) {
            try $0.freeze()
        } _: {
            $0.thaw()
        }
    }

    @Test func lostConnections() async throws {
        try await FailingServer<MariaDBServer>.lostConnections(Self.engine)
    }
}
