import PostfixProtocol

/// Rows as aligned text.
enum TextTable {
    /// Prints `rows` under `columns`; what is empty is shown as `-`.
    static func print(_ columns: [String], _ rows: [[String]]) {
        let shown = [columns] + rows.map { row in row.map { $0.isEmpty ? "-" : clean($0) } }
        let widths = columns.indices.map { index in
            shown.map { $0.indices.contains(index) ? $0[index].count : 0 }.max() ?? 0
        }
        for row in shown {
            var line = ""
            for (index, field) in row.enumerated() {
                let width = index < widths.count ? widths[index] : 0
                line += index == row.count - 1 ? field : field + spaces(width - field.count + 2)
            }
            Swift.print(line)
        }
    }

    /// A peer's text on a terminal must not move its cursor.
    static func clean(_ text: String) -> String {
        String(text.unicodeScalars.map { $0.value < 0x20 || $0.value == 0x7f ? "?" : Character($0) })
    }

    private static func spaces(_ count: Int) -> String {
        String(repeating: " ", count: max(count, 0))
    }
}
