import SQLStore
import SuiteFixture
import Testing

@testable import Throttle

@Suite struct ThrottleHandlerTests {
    private let directory: TemporaryDirectory
    private let lines = LogLines()

    init() throws { directory = try TemporaryDirectory() }

    private func handler(_ connection: SQLiteConnection) throws -> ThrottleHandler<SQLiteConnection> {
        var handler = ThrottleHandler<SQLiteConnection>(shared: SharedRules(), log: lines.logger())
        try handler.connected(to: connection)
        return handler
    }

    private func send(
        _ messages: [ThrottleMessage], now: Int, _ handler: inout ThrottleHandler<SQLiteConnection>,
        _ connection: SQLiteConnection
    ) throws -> [ThrottleVerdict.Outcome] {
        let operations = messages.map { message in
            ThrottleOperation(
                deadline: .max, isDryRun: false, message: message,
                subjects: message.subjects(bypassing: ThrottleMessage.Bypasses(), isTrusted: false),
                allWildcards: false, wantsDetails: false)
        }
        return try connection.transaction { try handler.decide(operations, now: now, in: connection) }.map(\.outcome)
    }

    private func addRule(
        _ connection: SQLiteConnection, account: String = "@.", period: Int = 60, messages: Int = 2
    ) throws {
        try connection.execute(
            "INSERT INTO throttle (account, kind, period, max_msgs) VALUES (?, 'outbound', ?, ?)",
            [.text(account), .integer(Int64(period)), .integer(Int64(messages))])
    }

    /// Many messages of one account in one batch write its row once.
    @Test func aRowIsWrittenOnceABatch() throws {
        let connection = try directory.connect()
        try addRule(connection, messages: 50)
        try connection.executeScript(
            """
            CREATE TABLE writes (n INTEGER);
            CREATE TRIGGER w1 AFTER INSERT ON postern_throttle_tracking BEGIN INSERT INTO writes VALUES (1); END;
            CREATE TRIGGER w2 AFTER UPDATE ON postern_throttle_tracking BEGIN INSERT INTO writes VALUES (1); END;
            """)
        var handler = try handler(connection)
        let outcomes = try send(Array(repeating: message(), count: 60), now: 1000, &handler, connection)
        #expect(outcomes.filter { $0 == .none }.count == 50)
        #expect(try connection.query("SELECT count(*) FROM writes") == [[.integer(1)]])
        #expect(try send([message()], now: 1000, &handler, connection) == [.quotaExceeded])
        #expect(try connection.query("SELECT count(*) FROM writes") == [[.integer(1)]])
    }

    @Test func lastNotifyTimeStays() throws {
        let connection = try directory.connect()
        try addRule(connection)
        var handler = try handler(connection)
        _ = try send([message()], now: 1000, &handler, connection)
        try connection.execute("UPDATE postern_throttle_tracking SET last_notify_time = 77")
        for now in [1010, 9000] { _ = try send([message()], now: now, &handler, connection) }
        let row = try connection.query("SELECT cur_msgs, init_time, last_notify_time FROM postern_throttle_tracking")
        #expect(row == [[.integer(1), .integer(9000), .integer(77)]])
    }

    /// Counts beyond 32 bits, and what no sane program stores.
    @Test(arguments: [
        ("cur_quota = 9000000000000, cur_msgs = 1", ThrottleVerdict.Outcome.none),
        ("cur_msgs = 9223372036854775807", .quotaExceeded), ("cur_msgs = -9223372036854775808", .none),
        ("cur_msgs = 2, init_time = 9223372036854775807", .none), ("cur_msgs = 2, init_time = 1061", .none),
        ("cur_msgs = 2, init_time = 1060", .quotaExceeded), ("cur_msgs = 2, init_time = 0", .quotaExceeded),
        ("cur_msgs = 2, init_time = -9223372036854775808", .none), ("cur_msgs = 'two'", .none),
    ])
    func storedNumbers(change: String, outcome: ThrottleVerdict.Outcome) throws {
        let connection = try directory.connect()
        try addRule(connection)
        var handler = try handler(connection)
        _ = try send([message()], now: 1000, &handler, connection)
        try connection.execute("UPDATE postern_throttle_tracking SET \(change)")
        #expect(try send([message()], now: 1000, &handler, connection) == [outcome])
    }

    @Test func overlongAccountsFitTheColumn() throws {
        let connection = try directory.connect()
        try addRule(connection)
        var handler = try handler(connection)
        let local = String(repeating: "x", count: 290)
        let long = ["\(local)1@one.test", "\(local)2@one.test"]
        _ = try send(long.map { message(from: $0) }, now: 1000, &handler, connection)
        let rows = try connection.query("SELECT DISTINCT account FROM postern_throttle_tracking")
        #expect(rows.count == 2)
        #expect(rows.allSatisfy { $0[0].textValue?.count == 255 })
        #expect(try send([message(from: long[0])], now: 1000, &handler, connection) == [.none])
        #expect(try send([message(from: long[0])], now: 1000, &handler, connection) == [.quotaExceeded])
    }

    /// Windows that are over go, whatever period they were begun with; the others stay.
    @Test func cleaning() throws {
        let connection = try directory.connect()
        try addRule(connection, messages: 9)
        var handler = try handler(connection)
        _ = try send([message(from: "old@one.test")], now: 1000, &handler, connection)
        _ = try send([message(from: "new@one.test")], now: 1050, &handler, connection)
        let accounts = {
            try connection.query("SELECT account FROM postern_throttle_tracking").compactMap { $0[0].textValue }
        }
        try handler.tend(connection, now: 1060, isQuiet: true)
        #expect(try accounts().count == 2)
        try handler.tend(connection, now: 1061, isQuiet: true)
        #expect(try accounts() == ["new@one.test"])
        // A rule that has become longer keeps its counters longer.
        try connection.execute("UPDATE throttle SET period = 500")
        try handler.tend(connection, now: 1500, isQuiet: true)
        #expect(try accounts() == ["new@one.test"])
        try handler.tend(connection, now: 1551, isQuiet: true)
        #expect(try accounts() == [])
    }

    @Test func cleaningGoesInPortions() throws {
        let connection = try directory.connect()
        try addRule(connection)
        var handler = try handler(connection)
        let messages = (0..<25).map { message(from: "u\($0)@one.test") }
        _ = try send(messages, now: 1000, &handler, connection)
        var cursor: Bytes16?
        var left: [Int64] = []
        for _ in 0..<3 {
            cursor = try connection.removeEnded(after: cursor, limit: 10, now: 2000)
            left += try connection.query("SELECT count(*) FROM postern_throttle_tracking").compactMap {
                $0[0].integerValue
            }
        }
        #expect(left == [15, 5, 0])
        #expect(cursor == nil)
    }

    /// Other programs write the table without telling: the next batch sees it.
    @Test func rulesAreReadAgain() throws {
        let connection = try directory.connect()
        var handler = try handler(connection)
        #expect(handler.shared.current?.count == 0)
        try addRule(try directory.connect(), messages: 1)
        #expect(try send([message(), message()], now: 1000, &handler, connection) == [.none, .quotaExceeded])
        try directory.connect().execute("UPDATE throttle SET max_msgs = 3")
        try handler.tend(connection, now: 1000, isQuiet: true)
        #expect(
            try send([message(), message(), message()], now: 1000, &handler, connection) == [
                .none, .none, .quotaExceeded,
            ])
        try directory.connect().execute("DELETE FROM throttle")
        try handler.tend(connection, now: 1000, isQuiet: true)
        #expect(handler.shared.current?.count == 0)
    }

    @Test func rowsThatCannotBeAppliedAreNamedOnce() throws {
        let connection = try directory.connect()
        try addRule(connection, account: "@nodot")
        try addRule(connection)
        var handler = try handler(connection)
        try handler.connected(to: connection)
        #expect(handler.shared.current?.count == 1)
        #expect(lines.all == ["warning: 1 rows of the table throttle cannot be applied, accounts: @nodot"])
    }
}
