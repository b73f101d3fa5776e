import Testing

@testable import SQLStore

/// One statement for all rows.
@Suite struct PostgreSQLSetStatementTests {
    @Test(arguments: [
        (
            "INSERT INTO t (a, \"b\") VALUES (?,\n ?) ON CONFLICT DO NOTHING",
            "INSERT INTO t (a, \"b\") SELECT * FROM unnest(?, ?) ON CONFLICT DO NOTHING"
        ),
        (
            "UPDATE t SET n = ?, m = ?\nWHERE id = ? AND n IS NULL",
            """
            UPDATE t SET n = given.v1, m = given.v2
            FROM unnest(?, ?, ?) AS given (v1, v2, v3) WHERE id = given.v3 AND n IS NULL
            """
        ),
        ("DELETE FROM t WHERE id = ?", "DELETE FROM t USING unnest(?) AS given (v1) WHERE id = given.v1"),
    ])
    func isRewritten(_ statement: String, _ expected: String) {
        #expect(PostgreSQLSetStatement.text(statement) == expected)
    }

    /// What is not understood is executed row by row.
    @Test(arguments: [
        "SELECT pg_advisory_xact_lock(?)", "INSERT INTO t VALUES (?, 1)", "INSERT INTO t VALUES (?) RETURNING ?",
        "INSERT INTO t SELECT ?", "UPDATE t SET n = ?", "UPDATE t SET n = ?2 WHERE id = ?1",
        "UPDATE t SET n = '?' WHERE id = ?", "DELETE FROM t", "INSERT INTO t VALUES (", "",
    ])
    func isLeftAlone(_ statement: String) {
        #expect(PostgreSQLSetStatement.text(statement) == nil)
    }
}
