/// The database of a fake recording service: key row, count and verdict in one step.
struct FakeStore {
    struct Counted: Hashable {
        var identity: String
        var check: String
    }

    private var seen: [String: String] = [:]
    /// Counts by account in the window under way; the window never starts earlier than before.
    private var counts: [String: Int] = [:]
    private var window = Int.min
    /// All that was ever counted, by account.
    private(set) var totals: [String: Int] = [:]
    private(set) var history: Set<Counted> = []
    private(set) var accounts: [String: Set<Counted>] = [:]

    /// Decides and counts. Returns the verdict, and whether the same was counted before.
    mutating func count(
        check: String, key: String?, identity: String, account: String, limit: Int, wallClock: Int, ignoresKeys: Bool
    ) -> (verdict: String, isDoubled: Bool) {
        let row = key.map { "\($0) \(check)" }
        if !ignoresKeys, let row, let stored = seen[row] { return (stored, false) }
        if wallClock / 3_600 > window {
            window = wallClock / 3_600
            counts = [:]
        }
        let account = "\(check) \(account)"
        let passes = counts[account, default: 0] < limit
        let verdict = passes ? "none" : "REJECT limit of \(account) reached"
        if let row { seen[row] = verdict }
        guard passes else { return (verdict, false) }
        counts[account, default: 0] += 1
        totals[account, default: 0] += 1
        let entry = Counted(identity: identity, check: check)
        accounts[account, default: []].insert(entry)
        return (verdict, !history.insert(entry).inserted)
    }

    func holds(identity: String, check: String) -> Bool {
        history.contains(Counted(identity: identity, check: check))
    }

    /// Accounts whose counter is not the sum of what was counted.
    var wrongTotals: [String] {
        totals.filter { $0.value != accounts[$0.key]?.count }.map(\.key).sorted()
    }
}
