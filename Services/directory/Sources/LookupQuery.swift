internal import SQLStore

/// A statement, and what its rows answer: one answer for each question that it was made for, in their order.
struct LookupQuery {
    let query: SQLQuery
    let answers: ([[SQLValue]]) -> [Answer]

    init(_ sql: String, rows: [[SQLValue]]? = nil, answers: @escaping ([[SQLValue]]) -> [Answer]) {
        query = SQLQuery(sql, rows: rows)
        self.answers = answers
    }
}
