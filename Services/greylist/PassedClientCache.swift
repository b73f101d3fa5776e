internal import MailTypes
internal import ServiceProtocol
internal import Synchronization

/// Clients that were found to be known less than a minute ago: their mail needs no look into the database.
///
/// Whatever greylisting's other rules say about a known client, the verdict is the same: not refused.
final class PassedClientCache: Sendable {
    /// Clients are kept for one to two of these periods, in milliseconds.
    private static let period = 30_000

    private struct Generations {
        /// The Unix time until which each client is known.
        var current: [IPAddress: Int] = [:]
        var previous: [IPAddress: Int] = [:]
        var turn = MonotonicInstant(microseconds: .min)
    }

    private let generations = Mutex(Generations())
    private let capacity: Int

    /// A cache that holds up to twice `capacity` clients.
    init(capacity: Int = 32_768) {
        self.capacity = capacity
    }

    /// Whether the client is known at `now` (Unix seconds).
    func contains(_ client: IPAddress, now: Int, at instant: MonotonicInstant) -> Bool {
        generations.withLock { generations in
            Self.turn(&generations, at: instant)
            let expiry = generations.current[client] ?? generations.previous[client]
            return expiry.map { $0 >= now } ?? false
        }
    }

    /// Notes that the client is known until the Unix time `recordExpired`.
    func insert(_ client: IPAddress, recordExpired: Int, at instant: MonotonicInstant) {
        generations.withLock { generations in
            Self.turn(&generations, at: instant)
            if generations.current.count >= capacity { Self.turnNow(&generations, at: instant) }
            generations.current[client] = recordExpired
        }
    }

    /// Forgets all clients.
    func removeAll() {
        generations.withLock { generations in
            generations.current = [:]
            generations.previous = [:]
        }
    }

    private static func turn(_ generations: inout Generations, at instant: MonotonicInstant) {
        let age = instant.microseconds.subtractingReportingOverflow(generations.turn.microseconds)
        guard age.overflow || age.partialValue >= period * 1_000 else { return }
        let isLong = age.overflow || age.partialValue >= 2 * period * 1_000
        turnNow(&generations, at: instant)
        if isLong { generations.previous = [:] }
    }

    private static func turnNow(_ generations: inout Generations, at instant: MonotonicInstant) {
        generations.previous = generations.current
        generations.current = [:]
        generations.turn = instant
    }
}
