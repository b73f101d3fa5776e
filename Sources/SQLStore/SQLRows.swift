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
        let pieces = try pieces(sql)
        var whole = pieces[0]
        var ordered: [Value] = []
        var rest = values[...]
        func take(_ piece: String) {
            let count = min(StatementText.placeholders(in: piece), rest.count)
            ordered += rest.prefix(count)
            rest = rest.dropFirst(count)
        }
        take(pieces[0])
        for piece in pieces.dropFirst() {
            whole += text + piece
            ordered += listed
            take(piece)
        }
        let expected = pieces.reduce(0) { $0 + StatementText.placeholders(in: $1) }
        guard expected == values.count else {
            throw SQLError(.other, "\(values.count) values for \(expected) placeholders", statement: sql)
        }
        return (whole, ordered)
    }

    /// What stands before, between and behind the places of the list.
    private static func pieces(_ sql: String) throws(SQLError) -> [String] {
        let bytes = Array(sql.utf8)
        let marks = bytes.indices.dropLast().filter { bytes[$0] == UInt8(ascii: "?") && bytes[$0 + 1] == bytes[$0] }
        guard !marks.isEmpty, zip(marks, marks.dropFirst()).allSatisfy({ $1 - $0 > 1 }) else {
            throw SQLError(.other, "a statement with rows has ?? for them", statement: sql)
        }
        let starts = [0] + marks.map { $0 + 2 }
        return zip(starts, marks + [bytes.count]).map { String(decoding: bytes[$0..<$1], as: UTF8.self) }
    }
}
