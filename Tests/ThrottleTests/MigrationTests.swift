import PostfixProtocol
import SQLStore
import ServiceProtocol
import SharedTables
import SuiteFixture
import Synchronization
import Testing

@testable import Throttle

/// Tells tasks that it is time to stop.
private final class Flag: Sendable {
    let isSet = Atomic(false)
}

/// From iRedAPD's tables to Postern's.
@Suite struct MigrationTests {
    private func upstream(_ engine: Engine) throws -> Place {
        let place = try Place(engine)
        try place.script(UpstreamSchema.tables(engine))
        try place.script(UpstreamSchema.otherTables(engine))
        return place
    }

    private func plan(_ place: Place) throws -> MigrationPlan {
        let connection = try place.connect()
        defer { connection.close() }
        return try Self.plan(connection)
    }

    private static func plan(_ connection: some SQLConnection) throws -> MigrationPlan {
        try MigrationPlan(for: connection)
    }

    @discardableResult
    private func apply(_ place: Place) throws -> MigrationPlan {
        let connection = try place.connect()
        defer { connection.close() }
        return try Self.apply(connection)
    }

    private static func apply(_ connection: some SQLConnection) throws -> MigrationPlan {
        try MigrationPlan.apply(on: connection)
    }

    private func descriptions(_ place: Place) throws -> [TableDescription?] {
        let connection = try place.connect()
        defer { connection.close() }
        return try ["throttle", "throttle_tracking"].map { try Self.describe($0, connection) }
    }

    private static func describe(_ table: String, _ connection: some SQLConnection) throws -> TableDescription? {
        try TableDescription(of: table, in: connection)
    }

    @Test(arguments: Engine.servers) func theUpstreamTables(engine: Engine) throws {
        let place = try upstream(engine)
        let before = try descriptions(place)
        let steps = try plan(place).steps.map { "\($0.table): \($0.statement)" }
        #expect(steps == (engine == .postgreSQL ? Self.postgreSQLSteps : Self.mariaDBSteps))
        #expect(try descriptions(place) == before)
        #expect(try apply(place).steps.count == steps.count)
        let tracking = try #require(try descriptions(place).last ?? nil)
        #expect(tracking.hasUniqueKey(on: ["tid", "account"]))
        #expect(tracking.foreignKeys.map(\.cascades) == [true])
        #expect(["cur_msgs", "cur_quota"].allSatisfy { tracking.column($0)?.largestInteger == .max })
        #expect(try descriptions(place).first??.hasUniqueKey(on: ["account", "kind"]) == true)
        #expect(try plan(place).isEmpty)
        #expect(try apply(place).isEmpty)
    }

    private static let postgreSQLSteps = [
        "throttle: CREATE UNIQUE INDEX idx_throttle_account_kind ON throttle (account, kind)",
        "throttle_tracking: CREATE UNIQUE INDEX idx_throttle_tracking_tid_account ON throttle_tracking (tid, account)",
        "throttle_tracking: DROP INDEX \"idx_tid_account\"",
        "throttle_tracking: ALTER TABLE throttle_tracking DROP CONSTRAINT \"throttle_tracking_tid_fkey\", "
            + "ADD CONSTRAINT throttle_tracking_tid_cascade FOREIGN KEY (tid) REFERENCES throttle (id) ON DELETE CASCADE",
        "wblist_rdns: CREATE INDEX idx_wblist_rdns_lower ON wblist_rdns (lower(rdns))",
    ]

    private static let mariaDBSteps = [
        "throttle_tracking: ALTER TABLE throttle_tracking "
            + "MODIFY COLUMN cur_msgs BIGINT(20) UNSIGNED NOT NULL DEFAULT 0, "
            + "MODIFY COLUMN cur_quota BIGINT(20) UNSIGNED NOT NULL DEFAULT 0",
        "throttle_tracking: ALTER TABLE throttle_tracking DROP FOREIGN KEY \"throttle_tracking_ibfk_1\", "
            + "ADD CONSTRAINT throttle_tracking_tid_cascade FOREIGN KEY (tid) REFERENCES throttle (id) ON DELETE CASCADE",
    ]

    /// What Postern makes itself needs nothing.
    @Test(arguments: Engine.servers) func ownTables(engine: Engine) throws {
        let place = try Place(engine)
        try place.prepared().close()
        #expect(try plan(place).tables == ["throttle", "throttle_tracking"])
        #expect(try plan(place).isEmpty)
        #expect(try plan(Place(engine)).tables.isEmpty)
    }

    @Test func rowsThatAreThereTwice() throws {
        let place = try upstream(.postgreSQL)
        try place.script(
            """
            INSERT INTO throttle (account, period, max_msgs) VALUES ('@.', 60, 5), ('@one.test', 60, 5), ('@.', 60, 5);
            INSERT INTO throttle_tracking (tid, account, cur_msgs, init_time)
            VALUES (1, 'a@b.c', 1, 100), (1, 'a@b.c', 2, 200), (1, 'a@b.c', 3, 200), (3, 'a@b.c', 4, 300),
                (3, 'x@b.c', 5, 1), (2, 'a@b.c', 6, 100);
            """)
        let steps = try plan(place).steps
        #expect(steps.contains { $0.reason.hasPrefix("1 rows are there twice by (account, kind)") })
        #expect(steps.contains { $0.reason.hasPrefix("2 rows are there twice by (tid, account) now, and more") })
        try apply(place)
        #expect(try place.query("SELECT id FROM throttle ORDER BY id") == [[.integer(1)], [.integer(2)]])
        let rows = try place.query("SELECT tid, account, cur_msgs FROM throttle_tracking ORDER BY tid, account")
        #expect(
            rows == [
                [.integer(1), .text("a@b.c"), .integer(4)], [.integer(1), .text("x@b.c"), .integer(5)],
                [.integer(2), .text("a@b.c"), .integer(6)],
            ])
        #expect(try plan(place).isEmpty)
    }

    /// Settings that say different things are not for a program to choose from; everything else is done.
    @Test func settingsThatDiffer() throws {
        let place = try upstream(.postgreSQL)
        try place.execute("INSERT INTO throttle (account, period, max_msgs) VALUES ('@.', 60, 5), ('@.', 60, 6)")
        for found in [try plan(place), try apply(place), try plan(place)] {
            #expect(found.obstacles.map(\.table) == ["throttle"])
            #expect(found.obstacles.first?.text.contains("ids 1 and 2") == true)
        }
        #expect(try plan(place).steps.isEmpty)
        #expect(try place.query("SELECT count(*) FROM throttle") == [[.integer(2)]])
        try place.execute("DELETE FROM throttle WHERE id = 2")
        #expect(try apply(place).steps.count == 1)
        #expect(try plan(place).isEmpty)
    }

    /// Two rows for a name, one of either list: which of them is meant, a program does not know.
    @Test(arguments: Engine.servers) func reverseNamesThatDiffer(engine: Engine) throws {
        let place = try upstream(engine)
        try place.script("DROP TABLE wblist_rdns")
        let id = engine == .postgreSQL ? "id SERIAL PRIMARY KEY" : "id BIGINT UNSIGNED AUTO_INCREMENT PRIMARY KEY"
        try place.script("CREATE TABLE wblist_rdns (\(id), rdns VARCHAR(255) NOT NULL, wb VARCHAR(10) NOT NULL)")
        try place.execute(
            "INSERT INTO wblist_rdns (rdns, wb) VALUES ('.a.test', 'B'), ('.a.test', 'W'), ('.b.test', 'B')")
        #expect(try apply(place).obstacles.map(\.table) == ["wblist_rdns"])
        #expect(try place.query("SELECT count(*) FROM wblist_rdns") == [[.integer(3)]])
        try place.execute("DELETE FROM wblist_rdns WHERE id = 2")
        try place.execute("INSERT INTO wblist_rdns (rdns, wb) VALUES ('.b.test', 'B')")
        try apply(place)
        #expect(try place.query("SELECT id FROM wblist_rdns ORDER BY id") == [[.integer(1)], [.integer(3)]])
        #expect(try plan(place).isEmpty)
    }

    /// Without a foreign key there are counters of settings that are gone.
    @Test(arguments: Engine.servers) func countersOfNothing(engine: Engine) throws {
        let place = try upstream(engine)
        try place.execute(
            engine == .postgreSQL
                ? "ALTER TABLE throttle_tracking DROP CONSTRAINT throttle_tracking_tid_fkey"
                : "ALTER TABLE throttle_tracking DROP FOREIGN KEY throttle_tracking_ibfk_1")
        try place.execute("INSERT INTO throttle (account, period, max_msgs) VALUES ('@.', 60, 5)")
        try place.execute("INSERT INTO throttle_tracking (tid, account) VALUES (1, 'a'), (7, 'b')")
        #expect(try plan(place).steps.contains { $0.reason.hasPrefix("1 rows belong to nothing in throttle") })
        try apply(place)
        #expect(try place.query("SELECT account FROM throttle_tracking") == [[.text("a")]])
        #expect(try plan(place).isEmpty)
    }

    @Test(arguments: Engine.servers) func columnsOfEarlyVersions(engine: Engine) throws {
        let place = try upstream(engine)
        try place.script(
            "ALTER TABLE throttle DROP COLUMN max_rcpts;\nALTER TABLE throttle_tracking DROP COLUMN last_notify_time;")
        try apply(place)
        #expect(try plan(place).isEmpty)
        try place.execute("INSERT INTO throttle (account) VALUES ('@.')")
        #expect(try place.query("SELECT max_rcpts FROM throttle") == [[.integer(-1)]])
    }

    /// Mail flows while the tables change: nothing fails, nothing is lost.
    @Test(arguments: Engine.servers) func mailFlowsMeanwhile(engine: Engine) async throws {
        let place = try upstream(engine)
        let harness = try Harness(on: place, clock: .system)
        let limit = ["what": "setting", "account": "@.", "period": "86400", "max-msgs": "100000"]
        #expect(await harness.verb("set", limit) == .done)
        let isDone = Flag()
        let answers = try await withThrowingTaskGroup(of: [String: Int].self) { group in
            for lane in 0..<8 {
                group.addTask {
                    var answers: [String: Int] = [:]
                    var number = 0
                    while !isDone.isSet.load(ordering: .relaxed) {
                        number += 1
                        let asked = request(
                            [.saslUsername: "u\(number % 50)@one.test"], key: lane << 32 + number,
                            deadline: MonotonicInstant.now.milliseconds + 9000)
                        answers[await harness.ask(asked).text, default: 0] += 1
                    }
                    return answers
                }
            }
            try await Task.sleep(for: .milliseconds(200))
            #expect(try !apply(place).steps.isEmpty)
            try await Task.sleep(for: .milliseconds(200))
            isDone.isSet.store(true, ordering: .relaxed)
            return try await group.reduce(into: [:]) { $0.merge($1, uniquingKeysWith: +) }
        }
        #expect(Set(answers.keys) == ["none"], "\(answers) \(harness.lines.all)")
        let sum = try place.query("SELECT sum(cur_msgs) FROM throttle_tracking").first?[0].number
        #expect(sum == Int64(answers["none"] ?? 0))
        #expect(try plan(place).isEmpty)
    }
}
