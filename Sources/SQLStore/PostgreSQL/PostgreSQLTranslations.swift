/// Statements as PostgreSQL wants them, each translated once. Used on the connection's thread only.
final class PostgreSQLTranslations {
    /// A statement with a list, for lists of some width.
    struct List {
        var text: StatementText
        fileprivate var statement: ListStatement
        /// Whether there are no values but those of the list: each is sent once, however often the list stands there.
        fileprivate var isAlone: Bool

        /// The values to send.
        /// - Throws: As ``ListStatement/values(listed:_:)``.
        func values<Value>(listed: [Value], _ others: [Value]) throws(SQLError) -> [Value] {
            isAlone && others.isEmpty ? listed : try statement.values(listed: listed, others)
        }
    }

    private struct ListKey: Hashable {
        var sql: String
        var width: Int
    }

    private let capacity: Int
    private var plain: [String: StatementText] = [:]
    private var lists: [ListKey: List] = [:]
    private var sets: [String: StatementText?] = [:]

    /// - Parameter capacity: Statements of each form that are kept. A program has a fixed set of them.
    init(capacity: Int) {
        self.capacity = capacity
    }

    /// A statement without a list.
    func plain(_ sql: String) throws(SQLError) -> StatementText {
        if let known = plain[sql] { return known }
        let text = try StatementText(sql, dialect: .postgreSQL)
        makeRoom(in: &plain)
        plain[sql] = text
        return text
    }

    /// A statement whose list is one array for each column, so that it is the same for any number of rows.
    func list(_ sql: String, width: Int) throws(SQLError) -> List {
        let key = ListKey(sql: sql, width: width)
        if let known = lists[key] { return known }
        let isAlone = try ListStatement(sql).others == 0
        let place = Self.membership(sql, width: width, isAlone: isAlone)
        let statement = try ListStatement(place.sql)
        let text = try StatementText(statement.text(with: place.list), dialect: .postgreSQL)
        makeRoom(in: &lists)
        let list = List(text: text, statement: statement, isAlone: isAlone)
        lists[key] = list
        return list
    }

    /// A look into an array of single values goes by the column's index, however small the server takes the table to be;
    /// tuples are a query on their arrays.
    private static func membership(_ sql: String, width: Int, isAlone: Bool) -> (sql: String, list: String) {
        let marks = (1...width).map { isAlone ? "?\($0)" : "?" }.joined(separator: ", ")
        if width == 1, !sql.contains(" NOT IN (??") {
            return (sql.replacing(" IN (??", with: " = ANY (??"), marks)
        }
        return (sql, "SELECT * FROM unnest(\(marks))")
    }

    /// A statement rewritten for all rows at once; nil when it cannot be.
    func set(_ sql: String) throws(SQLError) -> StatementText? {
        if let known = sets[sql] { return known }
        let text = try PostgreSQLSetStatement.text(sql).map { text throws(SQLError) in
            try StatementText(text, dialect: .postgreSQL)
        }
        makeRoom(in: &sets)
        sets[sql] = .some(text)
        return text
    }

    private func makeRoom<Key, Value>(in known: inout [Key: Value]) {
        if known.count >= capacity { known = [:] }
    }
}
