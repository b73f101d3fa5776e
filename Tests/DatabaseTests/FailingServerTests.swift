import Configuration
import DatabaseFixture
import Glibc
import SuiteFixture
import Testing

@testable import SQLStore

/// A server that fails in each of its ways: requests get their failure in time, it is told once, and after its return
/// the store works again within five seconds.
enum FailingServer<Server: DatabaseServer> {
    /// What a request may wait for its failure, in milliseconds: the limit of a statement, the grace, and what the
    /// MariaDB library adds since it counts in whole seconds.
    private static var patience: Int { 1000 + 500 + 1500 }

    private static func bench(_ server: Server, limits: StoreLimits = StoreLimits()) throws -> StoreBench<Server> {
        try StoreBench(server, limits: limits, configure: { $0.statementTimeout = 1000 })
    }

    private static func now() -> Int { StoreClock.system.monotonicMilliseconds() }

    /// Asks every 100 ms from now on until it works.
    /// - Returns: After how many milliseconds.
    private static func recovery(_ bench: StoreBench<Server>, _ number: Int) async -> Int {
        let start = now()
        let result = await bench.askUntilItWorks(TallyOperation(number))
        #expect(result.verdict != nil)
        return now() - start
    }

    /// Lost and back, each told once.
    private static func expectToldOnce(_ bench: StoreBench<Server>, times: Int = 1) {
        let kinds = bench.states.map { $0 == .available }
        #expect(kinds == [true] + (0..<times).flatMap { _ in [false, true] })
    }

    static func killedAndStartedAgain() async throws {
        let server = try Server(isDurable: true)
        let bench = try bench(server)
        #expect(await bench.askUntilItWorks(TallyOperation(1)) == .decided("pass 1"))
        server.kill()
        for number in 10..<20 {
            let start = now()
            let result = await bench.ask(bench.operation(number, milliseconds: 2000))
            #expect(result.verdict == nil)
            #expect(now() - start < 2000 + 500)
        }
        try server.start()
        #expect(await recovery(bench, 2) < 5000)
        expectToldOnce(bench)
        // What was committed before the kill is still there.
        #expect(await bench.ask(TallyOperation(1)) == .repeated("pass 1"))
        server.stop()
        try server.start()
        #expect(await recovery(bench, 3) < 5000)
        #expect(await bench.ask(TallyOperation(4)) == .decided("pass 4"))
        bench.store.stop()
    }

    static func frozen() async throws {
        let server = try Server(isDurable: false)
        var limits = StoreLimits()
        limits.queue = 50
        let bench = try bench(server, limits: limits)
        #expect(await bench.askUntilItWorks(TallyOperation(1)) == .decided("pass 1"))
        try server.freeze()
        let start = now()
        // More than the queue holds: the rest is refused at once.
        let results = await withTaskGroup(of: RecordingResult<String>.self) { group in
            for number in 100..<300 {
                group.addTask { await bench.ask(bench.operation(number, milliseconds: 500)) }
            }
            return await group.reduce(into: []) { $0.append($1) }
        }
        #expect(now() - start < patience)
        #expect(results.allSatisfy { $0.verdict == nil })
        #expect(results.count { $0.error?.message == "refused" } >= 200 - 50 - limits.maximumBatch)
        #expect(results.contains(.expired))
        #expect(await bench.ask(bench.operation(300, milliseconds: 500)).verdict == nil)
        server.thaw()
        #expect(await recovery(bench, 2) < 5000)
        expectToldOnce(bench)
        // Nothing of what had been answered is counted.
        #expect(await bench.ask(TallyOperation(3)) == .decided("pass 3"))
        bench.store.stop()
    }

    /// Another transaction holds the row: that is the limit's business, not a lost connection's.
    static func aHeldLock() async throws {
        let server = try Server.shared()
        let bench = try bench(server)
        #expect(await bench.askUntilItWorks(TallyOperation(1)) == .decided("pass 1"))
        let other = try server.connect(to: bench.database)
        try other.begin()
        try other.execute("UPDATE counters SET n = n + 1")
        let start = now()
        #expect(await bench.ask(bench.operation(2, milliseconds: 1500)) == .expired)
        #expect(now() - start < 1500 + patience)
        other.rollback()
        #expect(await bench.ask(TallyOperation(3)) == .decided("pass 2"))
        #expect(bench.states == [.available])
        bench.store.stop()
    }

    static func refusesAtFirst(
        _ server: Server, code: SQLError.Code = .unavailable, _ configure: (inout ServerConfiguration) -> Void
    )
        throws
    {
        var configuration = server.configurationOverTCP(try server.makeDatabase())
        configure(&configuration)
        do {
            try server.connect(configuration).close()
            Issue.record("it was let in")
        } catch {
            #expect(error.code == code)
            #expect(!"\(error)".contains(Server.password) && !"\(error)".contains("wrong password"))
        }
    }

    static func refusals() throws {
        let server = try Server.shared()
        try refusesAtFirst(server) { $0.password = Secret("wrong password") }
        try refusesAtFirst(server) { $0.password = nil }
        try refusesAtFirst(server) { $0.user = "nobody" }
        try refusesAtFirst(server) { $0.port = 1 }
        try refusesAtFirst(server) { $0.host = "missing.invalid" }
        try refusesAtFirst(server) { $0.host = "/nonexistent/my.sock" }
    }

    /// Nobody answers at the address, as with a network that is cut.
    static func noAnswer() throws {
        let silent = try SilentListener()
        let server = try Server.shared()
        let start = now()
        try refusesAtFirst(server) { configuration in
            configuration.port = silent.port
            configuration.connectTimeout = 1000
            configuration.statementTimeout = 1000
        }
        #expect(now() - start < 1000 + patience)
    }

    static func tooManyConnections() throws {
        let server = try Server.shared()
        let database = try server.makeDatabase()
        var held: [Server.Connection] = []
        defer {
            for connection in held { connection.close() }
            // The server gives their places up a moment later, and the next test wants one.
            eventually { (try? server.connect(to: database))?.close() != nil }
        }
        var failure: SQLError?
        while failure == nil, held.count < 100 {
            do {
                held.append(try server.connect(to: database))
            } catch {
                failure = error
            }
        }
        #expect(failure?.code == .unavailable)
        #expect(failure?.message.lowercased().contains("connection") == true)
    }

    static func missingPrivileges() throws {
        let server = try Server.shared()
        let database = try server.makeDatabase()
        try server.withoutCreation(in: database)
        let connection = try server.connect(to: database)
        defer { connection.close() }
        do {
            try connection.prepareRecording(trace: false)
            Issue.record("it was let in")
        } catch {
            #expect(error.code == .denied)
            #expect(error.message.contains("postern_meta") && error.message.contains("grant CREATE on"))
        }
    }

    static func tls() throws {
        let server = try Server.shared()
        let database = try server.makeDatabase()
        var configuration = server.configurationOverTCP(database)
        for mode in ServerConfiguration.TLS.allCases where mode != .verify {
            configuration.tls = mode
            let connection = try server.connect(configuration)
            #expect(try connection.isEncrypted == (mode != .off))
            connection.close()
        }
        configuration.tls = .verify
        configuration.tlsCAFile = "\(server.directory.path)/ca.crt"
        let connection = try server.connect(configuration)
        #expect(try connection.isEncrypted)
        connection.close()
        configuration.host = "localhost"
        try server.connect(configuration).close()
        for file in ["other-ca.crt", "missing.crt"] {
            configuration.tlsCAFile = "\(server.directory.path)/\(file)"
            #expect(throws: SQLError.self) { try server.connect(configuration) }
        }
    }
}

extension SQLConnection {
    /// Whether the server sees the connection as encrypted.
    fileprivate var isEncrypted: Bool {
        get throws {
            guard dialect == .mariaDB else {
                return try query("SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()") == [[.integer(1)]]
            }
            let cipher = try query(
                "SELECT variable_value FROM information_schema.session_status WHERE variable_name = 'SSL_CIPHER'")
            return cipher.first?.first?.textValue?.isEmpty == false
        }
    }
}

@Suite struct PostgreSQLFailureTests {
    typealias Failing = FailingServer<PostgreSQLServer>
    @Test func killedAndStartedAgain() async throws { try await Failing.killedAndStartedAgain() }
    @Test func frozen() async throws { try await Failing.frozen() }
    @Test func aHeldLock() async throws { try await Failing.aHeldLock() }
    @Test func refusals() throws { try Failing.refusals() }
    @Test func noAnswer() throws { try Failing.noAnswer() }
    @Test func tooManyConnections() throws { try Failing.tooManyConnections() }
    @Test func missingPrivileges() throws { try Failing.missingPrivileges() }
    @Test func tls() throws { try Failing.tls() }
}

@Suite struct MariaDBFailureTests {
    typealias Failing = FailingServer<MariaDBServer>
    @Test func killedAndStartedAgain() async throws { try await Failing.killedAndStartedAgain() }
    @Test func frozen() async throws { try await Failing.frozen() }
    @Test func aHeldLock() async throws { try await Failing.aHeldLock() }
    @Test func refusals() throws { try Failing.refusals() }
    @Test func noAnswer() throws { try Failing.noAnswer() }
    @Test func tooManyConnections() throws { try Failing.tooManyConnections() }
    @Test func missingPrivileges() throws { try Failing.missingPrivileges() }
    @Test func tls() throws { try Failing.tls() }
}
