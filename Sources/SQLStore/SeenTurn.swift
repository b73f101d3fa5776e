/// Which of the two tables of seen keys is in use, and since when.
///
/// A key must be found again for at least ten minutes, and the tables must not grow for ever. New keys go into the
/// current table; after a turn of ten minutes the other one, whose keys are older than that, is emptied and becomes
/// current. Both are looked at. So a key lives ten to twenty minutes.
///
/// The turn is measured with CLOCK_MONOTONIC and kept in the database, changed in the same transaction that empties a
/// table, so all processes on the host see one turn:
/// - the system's time may be set back or forward: it is not used here;
/// - a reading earlier than the start of the turn means the host was started anew: the turn begins again and nothing
///   is emptied. Keys live longer then, once;
/// - after a restart of the host a turn that began at `s` ends at a reading `n >= s + length`; since the host has been
///   up for `n`, at least `length` has really passed, whatever was before;
/// - after two lengths both tables hold only old keys (a younger one would have turned the table before it was
///   written), so both are emptied.
struct SeenTurn: Hashable {
    /// How long a turn lasts, in milliseconds.
    static let length = 600_000
    /// So near to a turn a key goes into both tables, in milliseconds: engines on several hosts do not turn at the same
    /// instant.
    static let margin = 60_000

    /// Counts the turns; the lowest bit is the number of the current table.
    var number: Int
    /// When the turn began: CLOCK_MONOTONIC in milliseconds.
    var start: Int

    /// The number of the current table, 0 or 1.
    var current: Int { number & 1 }

    /// The turn at `now`, and the tables that must be emptied for it.
    func advanced(to now: Int) -> (turn: SeenTurn, emptied: [Int]) {
        guard start >= 0, now >= start else { return (SeenTurn(number: number, start: now), []) }
        let elapsed = now - start
        guard elapsed >= Self.length else { return (self, []) }
        let next = SeenTurn(number: number &+ 1, start: now)
        return (next, elapsed >= 2 * Self.length ? [0, 1] : [next.current])
    }

    /// Whether a turn of a shared database is over: by the database's clock, which says `time` and may be set, and for
    /// somebody who has seen it last for `seen` by a clock that cannot.
    func isOver(at time: Int, seenFor seen: Int) -> Bool {
        let (elapsed, overflow) = time.subtractingReportingOverflow(start)
        return seen >= Self.length && (overflow || elapsed < 0 || elapsed >= Self.length)
    }

    /// The tables into which a key goes at `now`: the current one first, near a turn both.
    func tables(at now: Int) -> [Int] {
        let elapsed = now &- start
        let isNear = elapsed < Self.margin || elapsed >= Self.length - Self.margin
        return isNear ? [current, 1 - current] : [current]
    }
}
