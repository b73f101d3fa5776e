internal import SQLStore
internal import Synchronization

/// What several connections to one database say of it, as one word: it fails while one of them does.
final class LaneWatch: Sendable {
    private let states: Mutex<[StoreState?]>
    private let alarm: StoreAlarm

    init(count: Int, alarm: StoreAlarm) {
        states = Mutex(Array(repeating: nil, count: count))
        self.alarm = alarm
    }

    /// One at a time, so that what is said last is what was noted last.
    func changed(_ lane: Int, to state: StoreState) {
        states.withLock { states in
            states[lane] = state
            for case .unavailable(let error)? in states { return alarm.failed(error) }
            if !states.contains(nil) { alarm.worked() }
        }
    }
}
