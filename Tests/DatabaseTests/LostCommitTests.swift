import DatabaseFixture
import Testing

@testable import SQLStore

/// A connection that is lost: what was not committed is counted on the next one, what was committed is found by its key.
enum LostCommit<Server: DatabaseServer> {
    typealias Bench = BatchBench<Server>

    /// The backend is ended just before COMMIT: nothing is recorded.
    static func endedBeforeCommit() throws {
        var bench = try Bench(Server.shared())
        let server = bench.server
        bench.batch.faults.onCommit = { try? server.terminateConnections() }
        #expect(
            bench.run(TallyOperation(1), TallyOperation(nil, "keyless")) == [
                nil, .failed(try #require(bench.batch.loss)),
            ])
        #expect(bench.batch.loss?.code == .commitUnknown)
        bench.batch.faults.onCommit = {}
        try bench.reconnect()
        #expect(try bench.count() == nil)
        #expect(bench.run(TallyOperation(1)) == [.decided("pass 1")])
        #expect(try bench.count("keyless") == nil)
    }

    /// The server commits and its answer is lost: the key brings the verdict back.
    static func answerLost() throws {
        var bench = try Bench(Server.shared())
        var configuration = bench.server.configurationOverTCP(bench.database)
        let cutter = try CommitCutter(upstream: configuration.port)
        defer { cutter.stop() }
        configuration.port = cutter.port
        configuration.tls = .off
        try bench.reconnect(configuration)
        cutter.arm()
        #expect(bench.run(TallyOperation(1)) == [nil])
        #expect(bench.batch.loss?.code == .commitUnknown)
        #expect(cutter.cutConnections == 1)
        try bench.reconnect()
        #expect(try bench.count() == 1)
        #expect(bench.run(TallyOperation(1)) == [.repeated("pass 1")])
        #expect(try bench.count() == 1)
    }

    /// The backend is ended in the middle of the batch: nobody's failure, whether it has a key or not.
    static func endedInTheMiddle() throws {
        var bench = try Bench(Server.shared())
        let server = bench.server
        bench.batch.handler.onDecide = { _ in try? server.terminateConnections() }
        #expect(bench.run(TallyOperation(1), TallyOperation(nil)) == [nil, nil])
        #expect(bench.batch.loss?.code == .unavailable)
        bench.batch.handler.onDecide = { _ in }
        try bench.reconnect()
        #expect(bench.run(TallyOperation(1), TallyOperation(nil)) == [.decided("pass 1"), .decided("pass 2")])
    }

    /// The same through a store: whoever asks does not notice, and is counted once.
    static func aStoreAsksAgain() async throws {
        let bench = try StoreBench(Server.shared())
        let server = bench.server
        #expect(await bench.ask(TallyOperation(1)) == .decided("pass 1"))
        for number in 2...6 {
            try server.terminateConnections()
            #expect(await bench.ask(TallyOperation(number)) == .decided("pass \(number)"))
        }
        let isEnded = Flag()
        bench.onDecide { _ in
            guard !isEnded.isUp else { return }
            isEnded.raise()
            try? server.terminateConnections()
        }
        #expect(await bench.ask(TallyOperation(7)) == .decided("pass 7"))
        #expect(await bench.ask(TallyOperation(7)) == .repeated("pass 7"))
        bench.store.stop()
    }

    /// An operation that loses every connection is given up in the end.
    static func whoeverLosesEachConnectionFails() async throws {
        let bench = try StoreBench(Server.shared())
        let server = bench.server
        bench.onDecide { if $0.contains("poison") { try? server.terminateConnections() } }
        #expect(await bench.ask(TallyOperation(1, "poison")).error?.code == .unavailable)
        #expect(await bench.askUntilItWorks(TallyOperation(2)) == .decided("pass 1"))
        bench.store.stop()
    }
}

@Suite struct PostgreSQLLostCommitTests {
    typealias Lost = LostCommit<PostgreSQLServer>
    @Test func endedBeforeCommit() throws { try Lost.endedBeforeCommit() }
    @Test func answerLost() throws { try Lost.answerLost() }
    @Test func endedInTheMiddle() throws { try Lost.endedInTheMiddle() }
    @Test func aStoreAsksAgain() async throws { try await Lost.aStoreAsksAgain() }
    @Test func whoeverLosesEachConnectionFails() async throws { try await Lost.whoeverLosesEachConnectionFails() }
}

@Suite struct MariaDBLostCommitTests {
    typealias Lost = LostCommit<MariaDBServer>
    @Test func endedBeforeCommit() throws { try Lost.endedBeforeCommit() }
    @Test func answerLost() throws { try Lost.answerLost() }
    @Test func endedInTheMiddle() throws { try Lost.endedInTheMiddle() }
    @Test func aStoreAsksAgain() async throws { try await Lost.aStoreAsksAgain() }
    @Test func whoeverLosesEachConnectionFails() async throws { try await Lost.whoeverLosesEachConnectionFails() }
}
