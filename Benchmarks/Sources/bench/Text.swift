import Foundation

/// A number with two decimals, or as many as asked.
func decimal(_ value: Double, _ places: Int = 2) -> String {
    String(format: "%.\(places)f", value)
}

/// Rows of words as columns.
func columns(_ rows: [[String]]) -> String {
    let widths = (0..<(rows.map(\.count).max() ?? 0)).map { column in
        rows.map { $0.count > column ? $0[column].count : 0 }.max() ?? 0
    }
    return rows.map { row in
        let padded = zip(row, widths).map { $0.padding(toLength: $1, withPad: " ", startingAt: 0) }
        return padded.joined(separator: "  ").replacing(/\ +$/, with: "")
    }.joined(separator: "\n")
}
