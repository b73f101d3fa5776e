internal import MailTypes
internal import ServiceProtocol
internal import Synchronization

/// Clients that were found to be known less than a minute ago: their mail needs no look into the database.
///
/// Whatever greylisting's other rules say about a known client, the verdict is the same: not refused. A client that is
/// known has its time begun anew before half of it has gone, which is half an hour at least; so none is kept here for
/// longer than it is known, whatever the clocks of this host and the database say.
final class PassedClientCache: Sendable {
    /// Clients are kept for one to two of these periods, in milliseconds.
    private static let period = 30_000

    private struct Generations {
        var current: Set<IPAddress> = []
        var previous: Set<IPAddress> = []
        var turn = MonotonicInstant(microseconds: .min)
    }

    private let generations = Mutex(Generations())
    private let capacity: Int

    /// A cache that holds up to twice `capacity` clients.
    init(capacity: Int = 32_768) {
        self.capacity = capacity
    }

    /// Whether the client is known.
    func contains(_ client: IPAddress, at instant: MonotonicInstant) -> Bool {
        generations.withLock { generations in
            Self.turn(&generations, at: instant)
            return generations.current.contains(client) || generations.previous.contains(client)
        }
    }

    /// Notes that the client is known.
    func insert(_ client: IPAddress, at instant: MonotonicInstant) {
        generations.withLock { generations in
            Self.turn(&generations, at: instant)
            if generations.current.count >= capacity { Self.turnNow(&generations, at: instant) }
            generations.current.insert(client)
        }
    }

    /// Forgets all clients.
    func removeAll() {
        generations.withLock { generations in
            generations.current = []
            generations.previous = []
        }
    }

    private static func turn(_ generations: inout Generations, at instant: MonotonicInstant) {
        let age = instant.microseconds.subtractingReportingOverflow(generations.turn.microseconds)
        guard age.overflow || age.partialValue >= period * 1_000 else { return }
        let isLong = age.overflow || age.partialValue >= 2 * period * 1_000
        turnNow(&generations, at: instant)
        if isLong { generations.previous = [] }
    }

    private static func turnNow(_ generations: inout Generations, at instant: MonotonicInstant) {
        generations.previous = generations.current
        generations.current = []
        generations.turn = instant
    }
}
