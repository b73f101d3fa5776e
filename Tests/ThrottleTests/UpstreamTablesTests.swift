import Logging
import MailTypes
import PostfixProtocol
import SQLStore
import ServiceProtocol
import SharedTables
import SuiteFixture
import Synchronization
import Testing

@testable import Throttle

/// The service on the tables of an iRedAPD that nobody has touched.
@Suite struct UpstreamTablesTests {
    private func place(_ engine: Engine) throws -> Place {
        let place = try Place(engine)
        try place.script(UpstreamSchema.tables(engine))
        return place
    }

    /// A setting as iRedAPD's tools write it.
    private func limit(
        _ place: Place, account: String = "@.", kind: String = "outbound", messages: Int = 5, quota: Int = -1
    ) throws {
        try place.execute(
            """
            INSERT INTO throttle (account, kind, priority, period, max_msgs, max_quota)
            VALUES ('\(account)', '\(kind)', 0, 600, \(messages), \(quota))
            """)
    }

    private func now(_ place: Place) throws -> Int64 {
        let connection = try place.connect()
        defer { connection.close() }
        return Int64(try #require(try connection.unixTime()))
    }

    private func description(_ place: Place, _ table: String) throws -> TableDescription? {
        let connection = try place.connect()
        defer { connection.close() }
        return try describe(table, connection)
    }

    private func describe(_ table: String, _ connection: some SQLConnection) throws -> TableDescription? {
        try TableDescription(of: table, in: connection)
    }

    @Test(arguments: Engine.servers) func theTablesAreLeftAsTheyAre(engine: Engine) async throws {
        let place = try place(engine)
        let before = try ["throttle", "throttle_tracking"].map { try description(place, $0) }
        try limit(place, messages: 2)
        let harness = try Harness(on: place)
        var answers: [String] = []
        for key in 0..<3 { answers.append(await harness.ask(request(key: key)).text) }
        #expect(answers == ["none", "none", overQuota])
        #expect(await harness.counts() == ["a@one.test": ["2", "200"]])
        #expect(try ["throttle", "throttle_tracking"].map { try description(place, $0) } == before)
        #expect(before.allSatisfy { $0 != nil })
    }

    /// A row that iRedAPD wrote counts, and what is written into it is what iRedAPD would have written.
    @Test(arguments: Engine.servers) func rowsOfIRedAPD(engine: Engine) async throws {
        let place = try place(engine)
        try limit(place, account: "@ONE.test", messages: 5, quota: 100_000)
        let start = try now(place) - 10
        try place.execute(
            """
            INSERT INTO throttle_tracking
                (tid, account, period, cur_msgs, cur_quota, init_time, last_time, last_notify_time)
            VALUES (1, 'a@one.test', 60, 3, 300, \(start), \(start), 77)
            """)
        let harness = try Harness(on: place)
        #expect(await harness.ask(request(key: 1)).text == "none")
        let row = try place.query(
            "SELECT period, cur_msgs, cur_quota, init_time, last_notify_time FROM throttle_tracking")
        #expect(row == [[.integer(600), .integer(4), .integer(400), .integer(start), .integer(77)]])
        try place.execute("UPDATE throttle_tracking SET cur_msgs = cur_msgs + 1, last_notify_time = 78")
        #expect(await harness.ask(request(key: 2)).text == overQuota)
        // Its window is over: it begins anew, and the notification is remembered.
        try place.execute("UPDATE throttle_tracking SET init_time = init_time - 700")
        #expect(await harness.ask(request(key: 3)).text == "none")
        let renewed = try place.query("SELECT cur_msgs, cur_quota, init_time, last_notify_time FROM throttle_tracking")
        #expect(renewed.map { [$0[0].number, $0[1].number, $0[3].number] } == [[1, 100, 78]])
        #expect(renewed[0][2].number >= start + 10)
    }

    /// PostgreSQL lets iRedAPD write a counter twice: the newest window counts, of several the row with the lowest id.
    @Test func duplicates() async throws {
        let place = try place(.postgreSQL)
        try limit(place, messages: 5)
        let start = try now(place) - 10
        try place.execute(
            """
            INSERT INTO throttle_tracking (tid, account, period, cur_msgs, init_time)
            VALUES (1, 'a@one.test', 600, 1, \(start - 5)), (1, 'a@one.test', 600, 3, \(start)),
                (1, 'a@one.test', 600, 0, \(start)), (1, 'a@one.test', 600, 0, \(start - 9))
            """)
        let harness = try Harness(on: place)
        var answers: [String] = []
        for key in 0..<3 { answers.append(await harness.ask(request(key: key)).text) }
        #expect(answers == ["none", "none", overQuota])
        let rows = try place.query("SELECT cur_msgs FROM throttle_tracking ORDER BY id")
        #expect(rows == [[.integer(1)], [.integer(5)], [.integer(0)], [.integer(0)]])
    }

    /// Two settings of one account, of which the first sets what it sets; both go with the verb.
    @Test func settingsThatAreThereTwice() async throws {
        let place = try place(.postgreSQL)
        try limit(place, messages: 3)
        try limit(place, messages: 1)
        let harness = try Harness(on: place)
        #expect(await harness.ask(request(key: 1)).text == "none")
        #expect(await harness.ask(request(key: 2)).text == "none")
        let setting = ["what": "setting", "account": "@."]
        #expect(await harness.verb("set", setting.merging(["max-msgs": "2"]) { $1 }) == .done)
        #expect(await harness.rows(["what": "settings"]).map { $0[6] } == ["2", "2"])
        #expect(await harness.ask(request(key: 3)).text == overQuota)
        #expect(await harness.verb("delete", setting) == .done)
        #expect(try place.query("SELECT count(*) FROM throttle") == [[.integer(0)]])
    }

    /// Nobody else keeps two services from making two rows of one counter.
    @Test(arguments: Engine.servers, [true, false])
    func twoServicesMakeOneRow(engine: Engine, isUpstream: Bool) async throws {
        let place = isUpstream ? try place(engine) : try Place(engine)
        let first = try Harness(on: place)
        _ = await first.verb("set", ["what": "setting", "account": "@.", "period": "600", "max-msgs": "3"])
        let second = try Harness(on: place)
        #expect(try await second.eventually("none", request(isDryRun: true)))
        let passed = await withTaskGroup(of: Bool.self) { group in
            for number in 0..<400 {
                let harness = number % 2 == 0 ? first : second
                let asked = request([.saslUsername: "u\(number % 40)@one.test"], key: number)
                group.addTask { await harness.ask(asked).text == "none" }
            }
            return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
        }
        #expect(passed == 120)
        let rows = try place.query("SELECT count(*), count(DISTINCT account), sum(cur_msgs) FROM throttle_tracking")
        #expect(rows == [[.integer(40), .integer(40), .integer(120)]])
        #expect([first, second].allSatisfy { !$0.lines.all.contains { $0.hasPrefix("error") } })
    }

    /// Counts stop at what the columns hold, mail goes on, and the log says what to do.
    @Test func narrowColumns() async throws {
        let place = try place(.mariaDB)
        try limit(place, messages: 20_000_000, quota: 9_000_000_000)
        let start = try now(place)
        try place.execute(
            """
            INSERT INTO throttle_tracking (tid, account, period, cur_msgs, cur_quota, init_time)
            VALUES (1, 'a@one.test', 600, 16777214, 4294967290, \(start))
            """)
        let harness = try Harness(on: place)
        for key in 0..<3 { #expect(await harness.ask(request(key: key)).text == "none") }
        let row = try place.query("SELECT cur_msgs, cur_quota FROM throttle_tracking")
        #expect(row == [[.integer(16_777_215), .integer(4_294_967_295)]])
        let warnings = harness.lines.all.filter { $0.hasPrefix("warning") }
        #expect(warnings.count == 2)
        #expect(warnings.first?.contains("throttle_tracking.cur_msgs holds numbers up to 16777215") == true)
        #expect(warnings.last?.contains("throttle_tracking.cur_quota holds numbers up to 4294967295") == true)
        #expect(warnings.allSatisfy { $0.contains("postern migrate") })
    }

    /// After `postern migrate` a service that runs counts on, without a restart.
    @Test func widenedColumns() throws {
        let place = try place(.mariaDB)
        try limit(place, messages: 20_000_000, quota: 9_000_000_000)
        let start = try now(place)
        try place.execute(
            """
            INSERT INTO throttle_tracking (tid, account, period, cur_quota, init_time)
            VALUES (1, 'a@one.test', 600, 4294967290, \(start))
            """)
        let connection = try place.prepared()
        defer { connection.close() }
        try countOn(connection, place, now: Int(start))
    }

    private func countOn<Connection: ThrottleConnection>(
        _ connection: Connection, _ place: Place, now: Int
    ) throws {
        var handler = ThrottleHandler<Connection>(shared: SharedRules(), log: Logger(label: "test"))
        try handler.connected(to: connection)
        try handler.tend(connection, now: now, isQuiet: true)
        let message = ThrottleMessage(request(key: 1), delimiters: ["+"])
        func count(at now: Int) throws -> Int64 {
            let operation = ThrottleOperation(
                deadline: .max, isDryRun: false, message: message,
                subjects: message.subjects(bypassing: ThrottleMessage.Bypasses(), isTrusted: false),
                allWildcards: false, wantsDetails: false)
            _ = try connection.transaction { try handler.decide([operation], now: now, in: connection) }
            return try place.query("SELECT cur_quota FROM throttle_tracking")[0][0].number
        }
        #expect(try count(at: now) == 4_294_967_295)
        for step in try MigrationPlan(for: connection).steps { try connection.execute(step.statement) }
        #expect(try count(at: now + 1) == 4_294_967_295)
        try handler.tend(connection, now: now + 10, isQuiet: true)
        #expect(try count(at: now + 11) == 4_294_967_395)
    }

    /// Counters that still run are not removed because this host's clock is ahead of the database's.
    @Test(arguments: Engine.servers) func aClockAheadRemovesNoOtherCounters(engine: Engine) async throws {
        let place = try place(engine)
        try limit(place, messages: 1)
        try limit(place, account: "@other.test", messages: 1)
        let time = FakeClock()
        time.unix.store(Int(try now(place)) + 7_200, ordering: .relaxed)
        let harness = try Harness(on: place, time: time)
        #expect(await harness.ask(request(key: 1)).text == "none")
        #expect(await harness.verb("delete", ["what": "setting", "account": "@other.test"]) == .done)
        #expect(await harness.ask(request(key: 2)).text == overQuota)
    }

    @Test(arguments: Engine.servers) func aSettingWithCountersIsDeleted(engine: Engine) async throws {
        let place = try place(engine)
        try limit(place)
        let harness = try Harness(on: place)
        await withDiscardingTaskGroup { group in
            for number in 0..<700 {
                let asked = request([.saslUsername: "u\(number)@one.test"], key: number)
                group.addTask { _ = await harness.ask(asked) }
            }
        }
        #expect(try place.query("SELECT count(*) FROM throttle_tracking") == [[.integer(700)]])
        #expect(await harness.verb("delete", ["what": "setting", "account": "@."]) == .done)
        #expect(try place.query("SELECT count(*) FROM throttle_tracking") == [[.integer(0)]])
        #expect(await harness.ask(request(key: 1000)).text == "none")
    }

    /// Whoever removes a setting without telling us does not make mail fail, even where a foreign key refuses counters.
    @Test(arguments: Engine.servers, [true, false])
    func aSettingIsRemovedBehindOurBack(engine: Engine, isUpstream: Bool) async throws {
        let place = isUpstream ? try place(engine) : try Place(engine)
        let harness = try Harness(on: place)
        _ = await harness.verb("set", ["what": "setting", "account": "@.", "period": "600", "max-msgs": "3"])
        try place.execute("DELETE FROM throttle")
        let answers = await withTaskGroup(of: String.self) { group in
            for number in 0..<20 {
                let asked = request([.saslUsername: "u\(number)@one.test"], key: number)
                group.addTask { await harness.ask(asked).text }
            }
            return await group.reduce(into: Set<String>()) { $0.insert($1) }
        }
        #expect(answers == ["none"])
        #expect(try place.query("SELECT count(*) FROM throttle_tracking") == [[.integer(0)]])
    }

    /// iRedAPD's tools write settings without telling: they are read again every ten seconds.
    @Test(arguments: Engine.servers) func settingsOfOtherPrograms(engine: Engine) throws {
        let place = try place(engine)
        let connection = try place.prepared()
        defer { connection.close() }
        try readAgain(connection, place)
    }

    private func readAgain<Connection: ThrottleConnection>(_ connection: Connection, _ place: Place) throws {
        var handler = ThrottleHandler<Connection>(shared: SharedRules(), log: Logger(label: "test"))
        try handler.connected(to: connection)
        try handler.tend(connection, now: 5000, isQuiet: true)
        try limit(place)
        try handler.tend(connection, now: 5009, isQuiet: true)
        #expect(handler.shared.current?.count == 0)
        try handler.tend(connection, now: 5010, isQuiet: true)
        #expect(handler.shared.current?.count == 1)
        try limit(place, kind: "inbound")
        _ = try connection.transaction { try handler.decide([], now: 5019, in: connection) }
        #expect(handler.shared.current?.count == 1)
        _ = try connection.transaction { try handler.decide([], now: 5020, in: connection) }
        #expect(handler.shared.current?.count == 2)
    }

    @Test(arguments: Engine.servers) func aTableOfAnEarlyVersion(engine: Engine) async throws {
        let place = try place(engine)
        try place.script("ALTER TABLE throttle DROP COLUMN max_rcpts;")
        let harness = try Harness(on: place)
        #expect(await harness.ask(request(key: 1)).text == "error")
        #expect(harness.lines.all.contains { $0.contains("throttle lacks max_rcpts; `postern migrate") })
    }
}
