import SuiteFixture
import Testing

@testable import SQLStore

@Suite struct WALCheckpointerTests {
    private let directory: TemporaryDirectory

    init() throws { directory = try TemporaryDirectory() }

    private func write(_ connection: SQLiteConnection, _ rounds: Int, after: () -> Void) throws {
        try connection.executeScript("CREATE TABLE IF NOT EXISTS t (a)")
        for _ in 0..<rounds {
            try connection.transaction {
                try connection.execute("INSERT INTO t (a) VALUES (zeroblob(40000))")
                try connection.execute("DELETE FROM t WHERE rowid <= (SELECT max(rowid) FROM t) - 20")
            }
            after()
        }
    }

    /// Ten pages a round: without relief the log would reach 20,000 pages.
    @Test func theLogIsBoundedUnderSteadyWrites() throws {
        let connection = try SQLiteConnection(reliefConfiguration)
        var longest = 0
        try write(connection, 2000) {
            connection.relieve()
            longest = max(longest, connection.gauge.pages)
        }
        #expect(longest >= 400)
        #expect(longest < 10_000)
        #expect(directory.size(of: "-wal") < 10_000 * 4200)
    }

    /// How far the log gets beyond its limit depends on how long a copy in the background takes, on a busy disk some
    /// seconds. Sooner or later it always starts anew.
    @Test func theLogStartsAnewBesideCopiesInTheBackground() throws {
        var configuration = reliefConfiguration
        configuration.checkpointsInBackground = true
        let connection = try SQLiteConnection(configuration)
        let end = ContinuousClock.now + .seconds(120)
        var beginnings = 0
        var last = 0
        while beginnings < 5, ContinuousClock.now < end {
            try write(connection, 50) {
                connection.relieve()
                let pages = connection.gauge.pages
                if last >= 400, pages < last { beginnings += 1 }
                last = pages
            }
        }
        #expect(beginnings >= 5)
    }

    private var reliefConfiguration: SQLiteConfiguration {
        var configuration = directory.configuration()
        configuration.passivePages = 100
        configuration.restartPages = 400
        return configuration
    }

    @Test func withoutReliefTheLogGrows() throws {
        let connection = try SQLiteConnection(directory.configuration())
        try write(connection, 200) {}
        #expect(connection.gauge.pages > 1000)
        let result = try connection.checkpoint(.truncate)
        #expect(result.copied == result.pages)
        #expect(directory.size(of: "-wal") == 0)
    }

    @Test func aReaderDoesNotStopTheWriter() throws {
        let writer = try SQLiteConnection(reliefConfiguration)
        try write(writer, 10) {}
        let reader = try SQLiteConnection(directory.configuration())
        try reader.executeScript("BEGIN; SELECT count(*) FROM t")
        try write(writer, 100) { writer.relieve() }
        #expect(writer.gauge.pages > 400)
        try reader.executeScript("COMMIT")
        // The next relief comes after some more pages.
        try write(writer, 10) { writer.relieve() }
        #expect(writer.gauge.pages < 400)
    }

    @Test func theGaugeWakesItsWaiter() {
        let gauge = WALGauge()
        gauge.note(pages: 10)
        #expect(gauge.wait(pages: 10, milliseconds: 60_000).pages == 10)
        gauge.noteCheckpoint()
        let quiet = gauge.wait(pages: 10, milliseconds: 1)
        #expect(quiet.commits == 1)
        gauge.note(pages: 5)
        #expect(gauge.wait(pages: 5, milliseconds: 60_000).commits == 2)
        gauge.stop()
        #expect(gauge.wait(pages: 1000, milliseconds: 60_000).isStopped)
    }
}
