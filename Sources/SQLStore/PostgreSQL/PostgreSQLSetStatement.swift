/// A statement for one row of values, rewritten as one statement for all rows, which come as one array for each
/// placeholder:
///
///     UPDATE t SET n = ? WHERE id = ?
///     UPDATE t SET n = given.v1 FROM unnest(?, ?) AS given (v1, v2) WHERE id = given.v2
///
/// The server works out a statement once for all rows then, which costs it a fraction of what one execution for each
/// row costs.
enum PostgreSQLSetStatement {
    /// The rewritten statement; nil for one of another form than `INSERT … VALUES (?, …)`, `UPDATE … WHERE …` and
    /// `DELETE FROM … WHERE …`, each placeholder being `?`.
    static func text(_ sql: String) -> String? {
        let words = sql.split(whereSeparator: \.isWhitespace)
        switch words.first {
        case "INSERT": return insertion(sql)
        case "UPDATE": return change(sql, joining: "FROM")
        case "DELETE": return change(sql, joining: "USING")
        default: return nil
        }
    }

    /// `INSERT … VALUES (?, ?) …` takes its rows from the arrays, in their order.
    private static func insertion(_ sql: String) -> String? {
        guard let values = sql.firstRange(of: "VALUES ("), let end = sql[values.upperBound...].firstIndex(of: ")")
        else { return nil }
        let list = sql[values.upperBound..<end].split(separator: ",").map { $0.filter { !$0.isWhitespace } }
        guard !list.isEmpty, list.allSatisfy({ $0 == "?" }), StatementText.placeholders(in: sql) == list.count
        else { return nil }
        return sql[..<values.lowerBound] + "SELECT * FROM unnest(\(marks(list.count)))" + sql[sql.index(after: end)...]
    }

    /// The first `WHERE` gets the arrays before it, and each placeholder becomes a column of theirs.
    private static func change(_ sql: String, joining: String) -> String? {
        let parts = sql.split(separator: "?", omittingEmptySubsequences: false)
        let count = parts.count - 1
        // As many `?` as placeholders, none of which has a number: then each `?` of the text is one.
        guard count > 0, StatementText.placeholders(in: sql) == count,
            parts.dropFirst().allSatisfy({ $0.first?.isNumber != true })
        else { return nil }
        var named = String(parts[0])
        for (index, part) in parts.dropFirst().enumerated() { named += "given.v\(index + 1)\(part)" }
        guard let place = named.firstRange(of: "WHERE ") else { return nil }
        let names = (1...count).map { "v\($0)" }.joined(separator: ", ")
        let source = "\(joining) unnest(\(marks(count))) AS given (\(names)) "
        return named[..<place.lowerBound] + source + named[place.lowerBound...]
    }

    private static func marks(_ count: Int) -> String {
        Array(repeating: "?", count: count).joined(separator: ", ")
    }
}
