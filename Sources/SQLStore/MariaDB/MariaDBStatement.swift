internal import CMariaDB

/// A prepared statement with the memory for a row of its result.
final class MariaDBStatement {
    let handle: UnsafeMutablePointer<MYSQL_STMT>
    private let sql: String
    private let session: UnsafeMutablePointer<MYSQL>
    private let columns: MariaDBColumns?
    private let parameters: MariaDBParameters
    /// Whether it must not be run again: when an error comes in the place of a row, the library believes that more rows
    /// are on their way, and the next execution would wait for them until the time limit.
    private(set) var isSpent = false

    init(_ sql: String, on session: UnsafeMutablePointer<MYSQL>) throws(SQLError) {
        guard let handle = mysql_stmt_init(session) else { throw SQLError(.unavailable, "no memory for a statement") }
        self.handle = handle
        self.sql = sql
        self.session = session
        let result = mysql_stmt_prepare(handle, sql, UInt(sql.utf8.count))
        columns = result == 0 ? mysql_stmt_result_metadata(handle).map { MariaDBColumns($0) } : nil
        parameters = MariaDBParameters(count: result == 0 ? Int(mysql_stmt_param_count(handle)) : 0)
        guard result == 0 else { throw error }
    }

    deinit {
        mysql_stmt_close(handle)
    }

    private var error: SQLError {
        SQLError(mariaDB: handle, statement: sql)
    }

    /// Runs the statement for one row of values, or for many at once.
    /// - Returns: The rows of its result, and how many rows it has changed.
    func run(_ rows: [[SQLValue]]) throws(SQLError) -> (rows: [[SQLValue]], changes: Int) {
        guard rows.allSatisfy({ $0.count == parameters.count }) else {
            throw SQLError(.other, "other than \(parameters.count) values for as many placeholders", statement: sql)
        }
        try parameters.set(rows, sql)
        var size = UInt32(clamping: rows.count > 1 ? rows.count : 0)
        guard mysql_stmt_attr_set(handle, STMT_ATTR_ARRAY_SIZE, &size) == 0,
            parameters.count == 0 || mysql_stmt_bind_param(handle, parameters.binds) == 0,
            mysql_stmt_execute(handle) == 0
        else { throw error }
        guard let columns else { return ([], Int(clamping: mysql_stmt_affected_rows(handle))) }
        defer { mysql_stmt_free_result(handle) }
        return (try fetch(columns), 0)
    }

    private func fetch(_ columns: MariaDBColumns) throws(SQLError) -> [[SQLValue]] {
        guard mysql_stmt_bind_result(handle, columns.binds) == 0, mysql_stmt_store_result(handle) == 0 else {
            isSpent = true
            throw error
        }
        var rows: [[SQLValue]] = []
        while true {
            switch mysql_stmt_fetch(handle) {
            case 0, Int32(MYSQL_DATA_TRUNCATED): rows.append(try columns.row(of: handle, sql))
            case Int32(MYSQL_NO_DATA): return rows
            default:
                isSpent = true
                throw error
            }
        }
    }
}
