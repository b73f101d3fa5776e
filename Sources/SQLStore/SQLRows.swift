/// A batch of rows that a statement's `IN (??)` stands for.
struct SQLRows {
    /// So many rows at most go into one statement.
    static let limit = 512

    let rows: [[SQLValue]]
    /// The values in a row.
    let width: Int

    /// - Throws: `.other` when the rows differ in length.
    init(_ rows: [[SQLValue]], for sql: String) throws(SQLError) {
        self.rows = rows
        width = rows.first?.count ?? 0
        guard width > 0, rows.allSatisfy({ $0.count == rows.first?.count }) else {
            throw SQLError(.other, "rows of different lengths for one statement", statement: sql)
        }
    }

    /// The rows in portions of ``limit`` at most.
    static func portions(_ rows: [[SQLValue]]) -> [[[SQLValue]]] {
        stride(from: 0, to: rows.count, by: limit).map { Array(rows[$0..<min($0 + limit, rows.count)]) }
    }

    /// The last row again and again up to the next power of two, so that a statement has few lengths to be prepared
    /// for. A list means the same with an element twice.
    var padded: [[SQLValue]] {
        guard let last = rows.last else { return [] }
        var length = 1
        while length < rows.count { length *= 2 }
        return rows + Array(repeating: last, count: length - rows.count)
    }

    /// `(?, ?), (?, ?)`, or `?, ?` for single values.
    static func placeholders(_ count: Int, width: Int, singleInParentheses: Bool) -> String {
        let inner = Array(repeating: "?", count: width).joined(separator: ", ")
        let one = width == 1 && !singleInParentheses ? inner : "(\(inner))"
        return Array(repeating: one, count: count).joined(separator: ", ")
    }

    /// The statement with its list as `text` wherever it stands, and the values in the order of the placeholders.
    /// - Parameter listed: The values of one list.
    static func expand<Value>(
        _ sql: String, with text: String, listed: [Value], _ values: [Value]
    ) throws(SQLError) -> (sql: String, values: [Value]) {
        let statement = try ListStatement(sql)
        return (statement.text(with: text), try statement.values(listed: listed, values))
    }
}

/// A statement cut where its list, `??`, stands.
struct ListStatement {
    private let sql: String
    private let pieces: [String]
    /// By piece the number of its own placeholders.
    private let placeholders: [Int]

    /// The number of placeholders around its list.
    var others: Int { placeholders.reduce(0, +) }

    /// - Throws: `.other` when there is no list, or two without anything between them.
    init(_ sql: String) throws(SQLError) {
        let bytes = Array(sql.utf8)
        let marks = bytes.indices.dropLast().filter { bytes[$0] == UInt8(ascii: "?") && bytes[$0 + 1] == bytes[$0] }
        guard !marks.isEmpty, zip(marks, marks.dropFirst()).allSatisfy({ $1 - $0 > 1 }) else {
            throw SQLError(.other, "a statement with rows has ?? for them", statement: sql)
        }
        let starts = [0] + marks.map { $0 + 2 }
        pieces = zip(starts, marks + [bytes.count]).map { String(decoding: bytes[$0..<$1], as: UTF8.self) }
        placeholders = pieces.map { StatementText.placeholders(in: $0) }
        self.sql = sql
    }

    /// The statement with its list as `list`.
    func text(with list: String) -> String {
        pieces.joined(separator: list)
    }

    /// The values in the order of the placeholders.
    /// - Parameters:
    ///   - listed: The values of one list.
    ///   - others: The values of the placeholders around it.
    /// - Throws: `.other` when there are more or less of them than placeholders.
    func values<Value>(listed: [Value], _ others: [Value]) throws(SQLError) -> [Value] {
        let expected = self.others
        guard expected == others.count else {
            throw SQLError(.other, "\(others.count) values for \(expected) placeholders", statement: sql)
        }
        var ordered: [Value] = []
        ordered.reserveCapacity(expected + (pieces.count - 1) * listed.count)
        var rest = others[...]
        for (index, count) in placeholders.enumerated() {
            if index > 0 { ordered += listed }
            ordered += rest.prefix(count)
            rest = rest.dropFirst(count)
        }
        return ordered
    }
}
