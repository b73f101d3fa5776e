/// A statement as an engine wants it, translated from `?` and `?1`.
struct StatementText {
    /// The text to prepare.
    private(set) var text = ""
    /// For each placeholder of ``text`` in turn the index of its value; for PostgreSQL, which numbers them, each index
    /// once.
    private(set) var order: [Int] = []

    /// - Throws: `.other` for a placeholder numbered 0 or above 65535.
    init(_ sql: String, dialect: SQLDialect) throws(SQLError) {
        var next = 0
        var highest = 0
        var failure: SQLError?
        text.reserveCapacity(sql.utf8.count + 16)
        Self.scan(sql) { part in
            switch part {
            case .text(let piece): text += piece
            case .placeholder(let number):
                let index = number.map { $0 - 1 } ?? next
                guard (0..<65_535).contains(index) else {
                    failure = SQLError(.other, "a placeholder with an impossible number", statement: sql)
                    return
                }
                next = max(next, index) + 1
                highest = max(highest, index + 1)
                order.append(index)
                text += dialect == .postgreSQL ? "$\(index + 1)" : "?"
            }
        }
        if let failure { throw failure }
        if dialect == .postgreSQL { order = Array(0..<highest) }
    }

    /// How many values the text needs.
    static func placeholders(in sql: String) -> Int {
        var count = 0
        scan(sql) { if case .placeholder = $0 { count += 1 } }
        return count
    }

    private enum Part {
        case text(Substring)
        case placeholder(Int?)
    }

    /// Cuts the text at its placeholders; a `?` in quotes is none.
    private static func scan(_ sql: String, _ body: (Part) -> Void) {
        let bytes = sql.utf8
        var start = bytes.startIndex
        var index = start
        var quote: UInt8?
        while index < bytes.endIndex {
            let byte = bytes[index]
            if let open = quote {
                quote = byte == open ? nil : open
            } else if byte == UInt8(ascii: "'") || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "`") {
                quote = byte
            } else if byte == UInt8(ascii: "?") {
                body(.text(sql[start..<index]))
                let digits = bytes[bytes.index(after: index)...].prefix { (48...57).contains($0) }
                body(.placeholder(digits.isEmpty ? nil : Int(String(Substring(digits))) ?? 0))
                start = digits.endIndex
                index = start
                continue
            }
            index = bytes.index(after: index)
        }
        body(.text(sql[start...]))
    }
}
