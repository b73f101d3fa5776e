import SuiteFixture
import Testing

@testable import SQLStore

@Suite struct SQLiteSchemaTests {
    private let directory: TemporaryDirectory
    private let first = SQLSchema(component: "c", steps: ["CREATE TABLE c (a); CREATE INDEX i ON c (a);"])
    private let second = SQLSchema(
        component: "c", steps: ["CREATE TABLE c (a); CREATE INDEX i ON c (a);", "ALTER TABLE c ADD COLUMN b;"])

    init() throws { directory = try TemporaryDirectory() }

    private func version(_ connection: SQLiteConnection) throws -> SQLValue? {
        try connection.query("SELECT version FROM postern_schema WHERE component = 'c'").first?.first
    }

    @Test func aSchemaIsCreatedOnceAndUpgraded() throws {
        let connection = try SQLiteConnection(directory.configuration(), schema: first)
        #expect(try version(connection) == .integer(1))
        try connection.prepare(first)
        try connection.execute("INSERT INTO c (a) VALUES (1)")
        try connection.prepare(second)
        #expect(try version(connection) == .integer(2))
        #expect(try connection.query("SELECT a, b FROM c") == [[.integer(1), .null]])
    }

    @Test func aNewerSchemaIsRefused() throws {
        _ = try SQLiteConnection(directory.configuration(), schema: second)
        do {
            _ = try SQLiteConnection(directory.configuration(), schema: first)
            Issue.record("no error")
        } catch {
            #expect(error.code == .schema)
            #expect(error.message == "the tables of c have version 2, this program knows none above 1")
        }
    }

    @Test func aSchemaThatIsUpToDateNeedsNoLock() throws {
        let writer = try SQLiteConnection(directory.configuration(), schema: first)
        let other = try SQLiteConnection(directory.configuration(busyTimeout: 1))
        try writer.begin()
        try other.prepare(first)
    }

    @Test func aStepThatFailsLeavesNothing() throws {
        let connection = try SQLiteConnection(directory.configuration())
        let broken = SQLSchema(component: "c", steps: ["CREATE TABLE c (a); CREATE TABLE c (a);"])
        #expect(throws: SQLError.self) { try connection.prepare(broken) }
        #expect(try connection.query("SELECT name FROM sqlite_schema").isEmpty)
        try connection.prepare(first)
    }

    @Test func twoComponentsShareAFile() throws {
        let connection = try SQLiteConnection(directory.configuration(), schema: second)
        try connection.prepareRecording(trace: true)
        try connection.prepareRecording(trace: true)
        #expect(try connection.rows("postern_schema") == 2)
        #expect(try connection.rows("postern_trace") == 0)
    }

    @Test func theHashKeyIsKept() throws {
        let connection = try SQLiteConnection(directory.configuration())
        try connection.prepareRecording(trace: false)
        let hash = try connection.keyedHash()
        let other = try SQLiteConnection(directory.configuration())
        #expect(try other.keyedHash() == hash)
        try other.execute("UPDATE postern_meta SET value = x'00' WHERE name = 'hash_key'")
        #expect(throws: SQLError.self) { try other.keyedHash() }
    }
}
