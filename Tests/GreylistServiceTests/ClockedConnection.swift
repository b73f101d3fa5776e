import SQLStore

@testable import Greylist

/// A connection to a server whose clock is the test's.
final class ClockedConnection<Base: SQLConnection>: GreylistServerConnection {
    typealias Tracking = TrackingTable<ClockedConnection<Base>>

    let base: Base
    private let clock: FakeClock

    init(_ base: Base, _ clock: FakeClock) {
        self.base = base
        self.clock = clock
    }

    func unixTime() -> Int? { clock.now }

    // MARK: - Everything else is the server's

    var isInTransaction: Bool { base.isInTransaction }
    var dialect: SQLDialect { base.dialect }

    func begin() throws(SQLError) { try base.begin() }
    func commit() throws(SQLError) { try base.commit() }
    func rollback() { base.rollback() }
    func probe() throws(SQLError) { try base.probe() }
    func relieve() throws(SQLError) { try base.relieve() }
    func close() { base.close() }

    func prepareRecording(trace: Bool) throws(SQLError) { try base.prepareRecording(trace: trace) }
    func claim(_ keys: [SeenKey], now: Int) throws(SQLError) -> SeenClaim { try base.claim(keys, now: now) }
    func store(_ verdicts: [SeenVerdict], in claim: SeenClaim) throws(SQLError) {
        try base.store(verdicts, in: claim)
    }
    func trace(_ verdicts: [SeenVerdict]) throws(SQLError) { try base.trace(verdicts) }

    func query(_ sql: String, _ values: [SQLValue]) throws(SQLError) -> [[SQLValue]] { try base.query(sql, values) }
    func execute(_ sql: String, _ values: [SQLValue]) throws(SQLError) -> Int { try base.execute(sql, values) }
    func query(_ sql: String, rows: [[SQLValue]], _ values: [SQLValue]) throws(SQLError) -> [[SQLValue]] {
        try base.query(sql, rows: rows, values)
    }
    func execute(_ sql: String, rows: [[SQLValue]]) throws(SQLError) -> Int { try base.execute(sql, rows: rows) }
    func executeScript(_ script: String) throws(SQLError) { try base.executeScript(script) }
    func hasTable(_ name: String) throws(SQLError) -> Bool { try base.hasTable(name) }
    func keyedHash() throws(SQLError) -> KeyedHash { try base.keyedHash() }
}
