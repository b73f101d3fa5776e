public import ServiceProtocol

/// Cheap facts for a moment, so that a burst of mail for one domain asks once.
///
/// Short enough that a change made by our own tools is seen everywhere within a second.
public struct FactCache: Sendable {
    private let lifetime: Int
    private let capacity: Int
    private var values: [FactName: (value: String, expires: MonotonicInstant)] = [:]

    /// A cache that keeps up to `capacity` facts for `lifetime` milliseconds.
    public init(lifetime: Int = 900, capacity: Int = 10_000) {
        self.lifetime = lifetime
        self.capacity = capacity
    }

    /// The value of `name`, unless it is too old.
    public func value(of name: FactName, now: MonotonicInstant) -> String? {
        guard let entry = values[name], entry.expires > now else { return nil }
        return entry.value
    }

    /// Keeps a value; `unknown` is not kept.
    public mutating func keep(_ value: String, of name: FactName, now: MonotonicInstant) {
        guard value != unknownFactValue else { return }
        if values.count >= capacity { values.removeAll(keepingCapacity: true) }
        values[name] = (value, now.advanced(byMilliseconds: lifetime))
    }
}
