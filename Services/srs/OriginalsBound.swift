/// How many original addresses may be kept, so that a flood of senders neither fills the disk nor takes the room of the
/// days to come: those with one last day may have half of what all the others leave.
struct OriginalsBound: Sendable, Hashable {
    /// How many there may be in all.
    var maximum: Int

    /// How many more may be added to those with this last day.
    /// - Parameter counts: How many there are for each last day.
    func room(for lastDay: Int, counts: [Int: Int]) -> Int {
        // Whatever another program has written there.
        let counts = counts.mapValues { min(max($0, 0), maximum) }
        let others = counts.reduce(0) { $1.key == lastDay ? $0 : min($0 + $1.value, maximum) }
        return max(0, (maximum - others) / 2 - (counts[lastDay] ?? 0))
    }
}
