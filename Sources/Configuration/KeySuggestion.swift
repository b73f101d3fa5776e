/// Finds the key that a misspelt one was meant to be.
public enum KeySuggestion {
    /// The most edits that still count as a slip.
    private static let editLimit = 2

    /// The known key that differs least, at most by two edits and by less than the whole word; of equally near ones the
    /// first in the alphabet. Case, and `_` for `-`, do not count as edits.
    public static func nearest(to key: String, among known: Set<String>) -> String? {
        let word = letters(key)
        let near = known.sorted().compactMap { candidate -> (key: String, edits: Int)? in
            guard let edits = edits(word, letters(candidate)), edits < word.count else { return nil }
            return (candidate, edits)
        }
        return near.min { $0.edits < $1.edits }?.key
    }

    private static func letters(_ key: String) -> [UInt8] {
        key.lowercased().utf8.map { $0 == UInt8(ascii: "_") ? UInt8(ascii: "-") : $0 }
    }

    /// Insertions, deletions, replacements and exchanges of neighbours that make one word the other; nil if more than
    /// `editLimit`.
    private static func edits(_ left: [UInt8], _ right: [UInt8]) -> Int? {
        guard abs(left.count - right.count) <= editLimit else { return nil }
        var beforeLast: [Int] = []
        var last = Array(0...right.count)
        for row in left.indices {
            var current = [row + 1]
            for column in right.indices {
                let replaced = last[column] + (left[row] == right[column] ? 0 : 1)
                var best = min(replaced, last[column + 1] + 1, current[column] + 1)
                if row > 0, column > 0, left[row] == right[column - 1], left[row - 1] == right[column] {
                    best = min(best, beforeLast[column - 1] + 1)
                }
                current.append(best)
            }
            (beforeLast, last) = (last, current)
        }
        return last[right.count] <= editLimit ? last[right.count] : nil
    }
}
