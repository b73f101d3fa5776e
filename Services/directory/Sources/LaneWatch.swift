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

    func changed(_ lane: Int, to state: StoreState) {
        let all = states.withLock { states in
            states[lane] = state
            return states
        }
        for case .unavailable(let error)? in all { return alarm.failed(error) }
        if !all.contains(nil) { alarm.worked() }
    }
}
