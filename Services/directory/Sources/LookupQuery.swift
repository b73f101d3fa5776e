internal import SQLStore

/// A statement, and what its rows answer.
struct LookupQuery {
    let query: SQLQuery
    let answers: ([[SQLValue]]) -> [Lookup: Answer]

    init(
        _ sql: String, rows: [[SQLValue]]? = nil, answers: @escaping ([[SQLValue]]) -> [Lookup: Answer]
    ) {
        query = SQLQuery(sql, rows: rows)
        self.answers = answers
    }
}
