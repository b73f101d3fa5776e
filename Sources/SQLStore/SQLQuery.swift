/// A statement that only reads.
public struct SQLQuery: Sendable {
    /// The statement; with `??` where `rows` stand.
    public var sql: String
    /// The values, or tuples of values, of its list; nil for a statement without one.
    public var rows: [[SQLValue]]?

    /// A statement, and its list if it has one.
    public init(_ sql: String, rows: [[SQLValue]]? = nil) {
        self.sql = sql
        self.rows = rows
    }
}
