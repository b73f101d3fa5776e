/// How errors name a range.
enum RangeText {
    /// `10ms to 25s`; `1 or more` when the range ends at the type's largest value.
    static func describe<Bound>(_ range: ClosedRange<Bound>, unlimited: Bound) -> String {
        if range.lowerBound == range.upperBound { return "\(range.lowerBound)" }
        if range.upperBound == unlimited { return "\(range.lowerBound) or more" }
        return "\(range.lowerBound) to \(range.upperBound)"
    }
}
