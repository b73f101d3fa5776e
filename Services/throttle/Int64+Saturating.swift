extension Int64 {
    /// The sum, or the nearest number there is: sizes and times come from messages and from tables.
    func saturatingAdding(_ other: Int64) -> Int64 {
        let (sum, overflow) = addingReportingOverflow(other)
        guard overflow else { return sum }
        return other < 0 ? .min : .max
    }
}
