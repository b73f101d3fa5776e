import DatabaseFixture
import PostfixProtocol
import SQLStore
import ServiceProtocol
import SuiteFixture
import Testing

@testable import Greylist

/// A server that is killed, frozen, restarted or only to be read: each check is answered in time, and is decided again
/// soon after the server's return.
enum FailingServer<Server: DatabaseServer> where Server.Connection: GreylistConnection {
    /// A service on a server of its own.
    private struct Bench {
        let server: Server
        let name: String
        let log = LogLines()
        let service: GreylistService

        init() throws {
            let server = try Server(isDurable: false)
            name = try server.makeDatabase()
            var way = server.configuration(name)
            way.connectTimeout = 500
            way.statementTimeout = 500
            let (greylist, common) = try configuration("")
            service = try GreylistService(greylist, common, clock: .system, log: log.logger()) { [way] in
                try server.connect(way)
            }
            self.server = server
        }

        /// How the answer begins, and how many seconds it took.
        func ask(_ number: Int) async -> (outcome: String, seconds: Double) {
            let start = Moment.now
            let outcome = await service.ask("192.0.2.1", from: "a\(number)@sender.example").firstSummary
            return (outcome, Moment.now - start)
        }

        /// Asks until a check is decided.
        /// - Returns: The seconds that it took.
        func recovery(from number: Int) async -> Double {
            let start = Moment.now
            while Moment.now < start + 30 {
                if await ask(number).outcome.hasPrefix("451") { return Moment.now - start }
                try? await Task.sleep(for: .milliseconds(50))
            }
            return .infinity
        }

        /// While nothing works every check is an error, and none waits for long.
        func expectFailures(_ code: String? = nil) async {
            for number in 100..<105 {
                let (outcome, seconds) = await ask(number)
                #expect(outcome.hasPrefix("error database: \(code ?? "")"), "\(outcome)")
                #expect(seconds < 5)
            }
        }

        func expectOneAlarm() {
            #expect(log.all.filter { $0.hasPrefix("error:") }.count == 1, "\(log.all)")
            #expect(log.all.filter { $0 == "notice: the database works again" }.count == 1)
        }
    }

    static func killed() async throws {
        let bench = try Bench()
        defer { bench.service.stop() }
        #expect(await bench.recovery(from: 0) < 5)
        bench.server.kill()
        await bench.expectFailures("unavailable")
        try bench.server.start()
        #expect(await bench.recovery(from: 1) < 5)
        bench.expectOneAlarm()
    }

    static func frozen() async throws {
        let bench = try Bench()
        defer { bench.service.stop() }
        #expect(await bench.recovery(from: 0) < 5)
        try bench.server.freeze()
        await bench.expectFailures()
        bench.server.thaw()
        #expect(await bench.recovery(from: 1) < 5)
        bench.expectOneAlarm()
    }

    static func restarted() async throws {
        let bench = try Bench()
        defer { bench.service.stop() }
        #expect(await bench.recovery(from: 0) < 5)
        bench.server.stop()
        try bench.server.start()
        #expect(await bench.recovery(from: 1) < 5)
        #expect(bench.log.all.filter { $0.hasPrefix("error:") }.count <= 1)
    }

    /// - Parameters:
    ///   - on: Makes the database one that cannot be written.
    ///   - off: The opposite.
    static func readOnly(on: (Server, String) throws -> Void, off: (Server, String) throws -> Void) async throws {
        let bench = try Bench()
        defer { bench.service.stop() }
        #expect(await bench.recovery(from: 0) < 5)
        try on(bench.server, bench.name)
        // A connection that has ended is made anew after a pause.
        let start = Moment.now
        while await !bench.ask(1).outcome.contains("readOnly"), Moment.now < start + 5 {
            try? await Task.sleep(for: .milliseconds(50))
        }
        await bench.expectFailures("readOnly")
        try off(bench.server, bench.name)
        #expect(await bench.recovery(from: 2) < 5)
        bench.expectOneAlarm()
    }
}

@Suite(.serialized) struct FailingPostgreSQLTests {
    @Test func killed() async throws { try await FailingServer<PostgreSQLServer>.killed() }
    @Test func frozen() async throws { try await FailingServer<PostgreSQLServer>.frozen() }
    @Test func restarted() async throws { try await FailingServer<PostgreSQLServer>.restarted() }
    @Test func readOnly() async throws {
        try await FailingServer<PostgreSQLServer>.readOnly { server, name in
            try server.administer("ALTER DATABASE \(name) SET default_transaction_read_only = on", database: nil)
            try server.terminateConnections()
        } off: { server, name in
            try server.administer("ALTER DATABASE \(name) RESET default_transaction_read_only", database: nil)
            try server.terminateConnections()
        }
    }
}

@Suite(.serialized) struct FailingMariaDBTests {
    @Test func killed() async throws { try await FailingServer<MariaDBServer>.killed() }
    @Test func frozen() async throws { try await FailingServer<MariaDBServer>.frozen() }
    @Test func restarted() async throws { try await FailingServer<MariaDBServer>.restarted() }
    @Test func readOnly() async throws {
        try await FailingServer<MariaDBServer>.readOnly { server, _ in
            try server.administer("SET GLOBAL read_only = 1", database: nil)
        } off: { server, _ in
            try server.administer("SET GLOBAL read_only = 0", database: nil)
        }
    }
}
