import DatabaseFixture
import Glibc
import SuiteFixture
import Testing

@testable import SQLStore

/// A server that can be read and not written: told as what it is, and found out when it is over.
@Suite struct FullAndReadOnlyTests {
    private func readOnlyAndBack<Server: DatabaseServer>(
        _ bench: StoreBench<Server>, on: () throws -> Void, off: () throws -> Void
    ) async throws {
        #expect(await bench.askUntilItWorks(TallyOperation(1)) == .decided("pass 1"))
        try on()
        #expect(await bench.ask(bench.operation(2, milliseconds: 1000)).verdict == nil)
        #expect(await bench.ask(TallyOperation(3)).error?.code == .readOnly)
        try off()
        #expect(await bench.askUntilItWorks(TallyOperation(4)) == .decided("pass 2"))
        #expect(bench.states.map { $0 == .available } == [true, false, true])
        bench.store.stop()
    }

    @Test func postgreSQLReadOnly() async throws {
        let server = try PostgreSQLServer.shared()
        let bench = try StoreBench(server)
        try await readOnlyAndBack(bench) {
            try server.administer(
                "ALTER DATABASE \(bench.database) SET default_transaction_read_only = on", database: nil)
            try server.terminateConnections()
        } off: {
            try server.administer("ALTER DATABASE \(bench.database) RESET default_transaction_read_only", database: nil)
        }
    }

    @Test func mariaDBReadOnly() async throws {
        let server = try MariaDBServer(isDurable: false)
        try await readOnlyAndBack(StoreBench(server)) {
            try server.administer("SET GLOBAL read_only = ON", database: nil)
        } off: {
            try server.administer("SET GLOBAL read_only = OFF", database: nil)
        }
    }

    // MARK: - A full disk

    /// Makes a small file system and hands its path, which the user may write.
    private func withSmallDisk(owner: String, _ body: (String) async throws -> Void) async throws {
        let directory = try TemporaryDirectory()
        let disk = "\(directory.path)/disk"
        let script = "mkdir \(disk) && mount -t tmpfs -o size=24m,mode=777 small \(disk) && chown \(owner) \(disk)"
        let made = Command.run("/bin/sh", ["-c", script])
        try #require(made.status == 0, "a small file system needs root: \(made.output)")
        defer { _ = Command.run("/bin/umount", ["-l", disk]) }
        try await body(disk)
    }

    private func fullAndBack<Server: DatabaseServer>(_ bench: StoreBench<Server>, _ disk: String) async throws {
        #expect(await bench.askUntilItWorks(TallyOperation(1)) == .decided("pass 1"))
        _ = Command.run("/bin/dd", ["if=/dev/zero", "of=\(disk)/ballast", "bs=64k"])
        var failures = 0
        // What is left of the disk is used up first.
        for number in 0..<400 where failures < 3 {
            let results = await withTaskGroup(of: RecordingResult<String>.self) { group in
                for account in 0..<100 {
                    group.addTask {
                        let name = "\(number).\(account)." + String(repeating: "y", count: 200)
                        return await bench.ask(TallyOperation(1000 + number * 100 + account, name))
                    }
                }
                return await group.reduce(into: []) { $0.append($1) }
            }
            failures += results.contains { $0.error?.code == .full } ? 1 : 0
        }
        #expect(failures == 3)
        unlink("\(disk)/ballast")
        #expect(await bench.askUntilItWorks(TallyOperation(2)) == .decided("pass 2"))
        bench.store.stop()
    }

    @Test func postgreSQLFull() async throws {
        let server = try PostgreSQLServer(isDurable: false)
        try await withSmallDisk(owner: "postgres") { disk in
            try server.administer("CREATE TABLESPACE small LOCATION '\(disk)'", database: nil)
            try server.administer("GRANT CREATE ON TABLESPACE small TO postern", database: nil)
            let bench = try StoreBench(
                server,
                prepare: { database in
                    try server.administer("ALTER DATABASE \(database) SET default_tablespace = small", database: nil)
                })
            try await fullAndBack(bench, disk)
            server.stop()
        }
    }

    @Test func mariaDBFull() async throws {
        let server = try MariaDBServer(isDurable: false)
        try await withSmallDisk(owner: "mysql") { disk in
            let bench = try StoreBench(
                server,
                prepare: { database in
                    try server.administer(
                        """
                        CREATE TABLE counters (account VARCHAR(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin PRIMARY KEY,
                            n BIGINT NOT NULL CHECK (n >= 0)) DATA DIRECTORY = '\(disk)';
                        """, database: database)
                })
            try await fullAndBack(bench, disk)
            server.stop()
        }
    }
}
