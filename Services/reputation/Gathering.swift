internal import Synchronization

/// Collects a known number of values that come in any order and from any thread, and hands them on when all are there.
final class Gathering<Value: Sendable>: Sendable {
    private struct State {
        var values: [Value?]
        var missing: Int
    }

    private let state: Mutex<State>
    private let completion: @Sendable ([Value]) -> Void

    /// A collection of `count` values, at least one.
    init(_ count: Int, completion: @escaping @Sendable ([Value]) -> Void) {
        state = Mutex(State(values: Array(repeating: nil, count: count), missing: count))
        self.completion = completion
    }

    /// The value of a place; the first one counts.
    func put(_ value: Value, at index: Int) {
        let all = state.withLock { state -> [Value]? in
            guard state.values.indices.contains(index), state.values[index] == nil else { return nil }
            state.values[index] = value
            state.missing -= 1
            return state.missing == 0 ? state.values.compactMap { $0 } : nil
        }
        if let all { completion(all) }
    }
}
