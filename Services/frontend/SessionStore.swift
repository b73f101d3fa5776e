internal import DequeModule
public import ServiceProtocol

/// The sessions of all messages on their way, by Postfix's `instance`.
///
/// Bounded in number and memory, oldest out first; forgotten 60 s after END-OF-MESSAGE or 3,600 s after the last
/// request.
public struct SessionStore: Sendable {
    /// How much is kept and how long.
    public struct Limits: Sendable {
        /// Sessions.
        public var sessions = 50_000
        /// Bytes, estimated.
        public var bytes = 64 << 20
        /// Milliseconds after the last request.
        public var idle = 3_600_000
        /// Milliseconds after END-OF-MESSAGE.
        public var afterEnd = 60_000

        /// The shipped values.
        public init() {}
    }

    private struct Entry: Sendable {
        var session: Session
        var size: Int
        var expires: MonotonicInstant
        var stamp: UInt64
    }

    /// A place in the order of last use; stale when the entry's stamp has moved on.
    private struct Place: Sendable {
        var key: MessageInstance
        var stamp: UInt64
        var expires: MonotonicInstant
    }

    /// How much is kept and how long. Smaller limits forget the oldest sessions at once.
    public var limits: Limits {
        didSet { enforceLimits() }
    }
    private var entries: [MessageInstance: Entry] = [:]
    private var order = Deque<Place>()
    private var ended = Deque<Place>()
    private var nextStamp: UInt64 = 0
    /// Bytes kept, estimated.
    public private(set) var bytes = 0

    /// An empty store.
    public init(limits: Limits = Limits()) {
        self.limits = limits
    }

    /// How many sessions are kept.
    public var count: Int { entries.count }

    /// The session of `instance`; empty when none is kept.
    public func session(of instance: MessageInstance, now: MonotonicInstant) -> Session {
        guard instance.length > 0, !entries.isEmpty, let entry = entries[instance], entry.expires > now else {
            return Session()
        }
        return entry.session
    }

    /// Keeps `session`, or forgets it when there is nothing to remember.
    public mutating func keep(
        _ session: Session, of instance: MessageInstance, hasEnded: Bool, now: MonotonicInstant
    ) {
        guard instance.length > 0 else { return }
        forgetExpired(now: now)
        if session.isEmpty {
            remove(instance)
            return
        }
        let key = instance.copied()
        let expires = now.advanced(byMilliseconds: hasEnded ? limits.afterEnd : limits.idle)
        let size = session.size + key.length * 2
        nextStamp += 1
        let old = entries.updateValue(
            Entry(session: session, size: size, expires: expires, stamp: nextStamp), forKey: key)
        bytes += size - (old?.size ?? 0)
        let place = Place(key: key, stamp: nextStamp, expires: expires)
        if hasEnded { ended.append(place) } else { order.append(place) }
        enforceLimits()
        compactIfNeeded()
    }

    /// Forgets what has expired.
    public mutating func forgetExpired(now: MonotonicInstant) {
        while let first = ended.first, first.expires <= now { dropFirst(of: \.ended) }
        while let first = order.first, first.expires <= now { dropFirst(of: \.order) }
    }

    private mutating func enforceLimits() {
        while entries.count > limits.sessions || bytes > limits.bytes {
            guard let queue = queueOfOldest() else { return }
            dropFirst(of: queue)
        }
    }

    /// Stamps grow with time, so the smaller one of the two fronts is the older.
    private func queueOfOldest() -> WritableKeyPath<SessionStore, Deque<Place>>? {
        switch (order.first?.stamp, ended.first?.stamp) {
        case (nil, nil): nil
        case (_, nil): \.order
        case (nil, _): \.ended
        case (let open?, let closed?): open < closed ? \.order : \.ended
        }
    }

    private mutating func dropFirst(of queue: WritableKeyPath<SessionStore, Deque<Place>>) {
        guard let place = self[keyPath: queue].popFirst() else { return }
        if isCurrent(place) { remove(place.key) }
    }

    private func isCurrent(_ place: Place) -> Bool {
        entries[place.key]?.stamp == place.stamp
    }

    private mutating func remove(_ key: MessageInstance) {
        if let entry = entries.removeValue(forKey: key) { bytes -= entry.size }
    }

    /// A message with many requests leaves a stale place for each; now and then they are swept out.
    private mutating func compactIfNeeded() {
        guard order.count + ended.count > entries.count * 4 + 1_024 else { return }
        order.removeAll { entries[$0.key]?.stamp != $0.stamp }
        ended.removeAll { entries[$0.key]?.stamp != $0.stamp }
    }
}
