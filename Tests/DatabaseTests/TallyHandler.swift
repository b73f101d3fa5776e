@testable import SQLStore

/// Counts one message of an account.
struct TallyOperation: RecordingOperation {
    var key: RecordingKeyBytes?
    var check = "throttle"
    var deadline = Int.max
    var isDryRun = false
    var account: String

    init(_ number: Int?, _ account: String = "a") {
        key = number.map { RecordingKeyBytes(high: UInt64($0) &* 0x9E37_79B9_7F4A_7C15, low: UInt64($0)) }
        self.account = account
    }
}

/// Passes the first messages of each account, on any engine that locks rows. The account `poison` breaks a constraint.
struct TallyHandler<Connection: SQLConnection>: RecordingHandler {
    var limit = 1_000_000
    /// Called with the accounts of the batch before anything is read.
    var onDecide: @Sendable ([String]) -> Void = { _ in }

    static func table() -> SQLTable {
        SQLTable(
            "counters",
            postgreSQL: "CREATE TABLE counters (account VARCHAR(255) PRIMARY KEY, n BIGINT NOT NULL CHECK (n >= 0))",
            mariaDB: """
                CREATE TABLE counters (account VARCHAR(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin PRIMARY KEY,
                    n BIGINT NOT NULL CHECK (n >= 0)) ENGINE = InnoDB
                """)
    }

    func connected(to connection: Connection) throws {
        try connection.createMissing([Self.table()])
    }

    func decide(_ operations: [TallyOperation], now: Int, in connection: Connection) throws -> [String] {
        onDecide(operations.map(\.account))
        let accounts = Set(operations.map(\.account)).sorted().map { [SQLValue.text($0)] }
        let ignoring =
            connection.dialect == .postgreSQL ? "ON CONFLICT DO NOTHING" : "ON DUPLICATE KEY UPDATE account = account"
        try connection.execute("INSERT INTO counters (account, n) VALUES (?, 0) \(ignoring)", rows: accounts)
        let rows = try connection.query(
            "SELECT account, n FROM counters WHERE account IN (??) ORDER BY account FOR UPDATE", rows: accounts)
        var counts: [String: Int64] = [:]
        for row in rows { counts[row[0].textValue ?? ""] = row[1].integerValue }
        let verdicts = operations.map { operation in
            guard counts[operation.account, default: 0] < limit else { return "reject" }
            counts[operation.account, default: 0] += operation.account == "poison" ? -1 : 1
            return "pass \(counts[operation.account, default: 0])"
        }
        try connection.execute(
            "UPDATE counters SET n = ? WHERE account = ?",
            rows: counts.sorted { $0.key < $1.key }.map { [.integer($0.value), .text($0.key)] })
        return verdicts
    }
}
