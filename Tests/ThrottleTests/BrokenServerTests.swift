import DatabaseFixture
import Glibc
import SQLStore
import ServiceProtocol
import SuiteFixture
import Testing

@testable import Throttle

/// A database server that is killed, frozen, read-only, restarted: requests end in time, the log says so once, and the
/// service works again by itself.
@Suite(.serialized) struct BrokenServerTests {
    @Test func postgreSQL() async throws {
        try await breakAndMend(PostgreSQLServer.self, .postgreSQL) { server, isReadOnly in
            let value = isReadOnly ? "on" : "off"
            try server.administer("ALTER ROLE postern SET default_transaction_read_only = \(value)", database: nil)
        }
    }

    @Test func mariaDB() async throws {
        try await breakAndMend(MariaDBServer.self, .mariaDB) { server, isReadOnly in
            try server.administer("SET GLOBAL read_only = \(isReadOnly ? 1 : 0);", database: nil)
        }
    }

    private func breakAndMend<Server: DatabaseServer>(
        _: Server.Type, _ engine: Engine, _ setReadOnly: @escaping (Server, Bool) throws -> Void
    ) async throws {
        let server = try Server(isDurable: true)
        let harness = try Harness(
            on: Place(engine, server.configuration(server.makeDatabase())), clock: .system)
        let limit = ["what": "setting", "account": "@.", "period": "86400", "max-msgs": "1000"]
        #expect(await harness.verb("set", limit) == .done)
        var passes = 0
        for (number, fault) in Fault.all(server, setReadOnly).enumerated() {
            let lines = harness.lines.all.count
            try fault.start()
            let asked = MonotonicInstant.now
            for _ in 0..<3 { #expect(await ask(harness).text == "error", "\(fault.name)") }
            #expect(MonotonicInstant.now.milliseconds - asked.milliseconds < 3 * 2500, "\(fault.name)")
            try fault.end()
            let mended = MonotonicInstant.now
            while await ask(harness).text == "error" { try await Task.sleep(for: .milliseconds(50)) }
            #expect(MonotonicInstant.now.milliseconds - mended.milliseconds < 5000, "\(fault.name)")
            passes += 1
            let said = harness.lines.all.dropFirst(lines).filter { $0.contains("the database") }
            #expect(said.count == 2, "\(fault.name): \(said)")
            #expect(said.first?.hasPrefix("error: the database fails") == true)
            #expect(said.last == "notice: the database works again")
            // Nothing that was answered with an error is counted.
            #expect(await harness.counts()["a@one.test"]?.first == "\(number + 1)", "\(fault.name)")
        }
        #expect(passes == 4)
    }

    /// Asks as the frontend does, with a limit of two seconds.
    private func ask(_ harness: Harness) async -> CheckResult {
        let key = Int(MonotonicInstant.now.microseconds)
        return await harness.ask(request(key: key, deadline: MonotonicInstant.now.milliseconds + 2000))
    }

    private struct Fault {
        var name: String
        var start: () throws -> Void
        var end: () throws -> Void

        static func all<Server: DatabaseServer>(
            _ server: Server, _ setReadOnly: @escaping (Server, Bool) throws -> Void
        ) -> [Fault] {
            [
                Fault(name: "killed", start: { server.kill() }, end: { try server.start() }),
                Fault(name: "frozen", start: { try server.freeze() }, end: { server.thaw() }),
                Fault(
                    name: "read-only",
                    start: {
                        try setReadOnly(server, true)
                        try server.terminateConnections()
                    },
                    end: { try setReadOnly(server, false) }),
                Fault(
                    name: "restarted",
                    start: { server.stop() }, end: { try server.start() }),
            ]
        }
    }
}
