internal import DNS
internal import Synchronization

/// What callers and the client's thread share.
final class DNSClientState: Sendable {
    private struct Contents {
        var settings: DNSClientSettings
        /// Changes with the settings.
        var generation = 0
        var cache: DNSCache<DNSQuestion, DNSReply>
        var flights: DNSFlights<DNSWaiter>
        /// Questions the thread has not taken yet.
        var unsent: [DNSQuestion] = []
        var counts = DNSClientCounts()
        var isStopped = false
    }

    /// What the thread has to do.
    struct Work {
        var questions: [DNSQuestion]
        var settings: DNSClientSettings
        var generation: Int
        var isStopped: Bool
    }

    let wake: WakeDescriptor
    private let contents: Mutex<Contents>

    init(_ settings: DNSClientSettings, wake: WakeDescriptor) {
        self.wake = wake
        contents = Mutex(
            Contents(
                settings: settings, cache: DNSCache(limits: settings.cache),
                flights: DNSFlights(limits: settings.flights)
            ))
    }

    // MARK: - Callers

    func cached(_ question: DNSQuestion, now: Int) -> DNSReply? {
        contents.withLock { contents in
            guard let reply = Self.cached(question, &contents, now: now) else { return nil }
            contents.counts.cached &+= 1
            return reply
        }
    }

    private static func cached(_ question: DNSQuestion, _ contents: inout Contents, now: Int) -> DNSReply? {
        guard let (reply, expires) = contents.cache.entry(of: question, now: now) else { return nil }
        return DNSReply(reply.answer, lifetime: (expires - now) / 1_000)
    }

    /// - Returns: The answer when there is one at once.
    func ask(
        _ question: DNSQuestion, _ waiter: @escaping DNSWaiter, deadline: Int, isFresh: Bool, now: Int
    ) -> DNSReply? {
        let (reply, mustWake) = contents.withLock { contents -> (DNSReply?, Bool) in
            guard !contents.isStopped else { return (DNSReply(.failed(.stopped)), false) }
            if !isFresh, let reply = Self.cached(question, &contents, now: now) {
                contents.counts.cached &+= 1
                return (reply, false)
            }
            let deadline = min(deadline, now + contents.settings.queryLimit)
            let previous = contents.flights.nextDeadline
            switch contents.flights.join(question, waiter, deadline: deadline) {
            case .full:
                contents.counts.overloaded &+= 1
                return (DNSReply(.failed(.overloaded)), false)
            case .waiting:
                contents.counts.joined &+= 1
                // The thread sleeps until the next deadline that it knows of.
                return (nil, deadline < previous ?? .max)
            case .first:
                contents.counts.asked &+= 1
                contents.unsent.append(question)
                return (nil, contents.unsent.count == 1)
            }
        }
        if mustWake { wake.signal() }
        return reply
    }

    func apply(_ settings: DNSClientSettings) {
        contents.withLock { contents in
            guard settings != contents.settings else { return }
            if settings.servers != contents.settings.servers { contents.cache.removeAll() }
            contents.cache.limits = settings.cache
            contents.flights.limits = settings.flights
            contents.settings = settings
            contents.generation += 1
        }
        wake.signal()
    }

    func stop() {
        contents.withLock { $0.isStopped = true }
        wake.signal()
    }

    var counts: DNSClientCounts {
        contents.withLock { contents in
            var counts = contents.counts
            counts.underWay = contents.flights.count
            counts.cacheEntries = contents.cache.count
            return counts
        }
    }

    // MARK: - The thread

    func takeWork() -> Work {
        contents.withLock { contents in
            let questions = contents.unsent
            contents.unsent.removeAll(keepingCapacity: true)
            return Work(
                questions: questions, settings: contents.settings, generation: contents.generation,
                isStopped: contents.isStopped)
        }
    }

    /// When the next of those who wait gives up.
    var nextDeadline: Int? { contents.withLock { $0.flights.nextDeadline } }

    /// An answer has come.
    func land(_ question: DNSQuestion, _ reply: DNSReply, now: Int) {
        let waiters = contents.withLock { contents in
            switch reply.answer {
            case .records: contents.counts.found &+= 1
            case .noRecords, .noSuchName: contents.counts.absent &+= 1
            case .failed: contents.counts.failed &+= 1
            }
            contents.cache.keep(
                reply, of: question, size: reply.size + question.size, expires: now + reply.lifetime * 1_000, now: now)
            return contents.flights.land(question)
        }
        for waiter in waiters { waiter(reply) }
    }

    /// Those whose time is up are told so.
    func expire(now: Int) {
        let waiters = contents.withLock { contents in
            let waiters = contents.flights.expire(now: now)
            contents.counts.expired &+= UInt64(waiters.count)
            return waiters
        }
        for waiter in waiters { waiter(DNSReply(.failed(.timedOut))) }
    }

    /// The end: nobody waits any more.
    func failAll() {
        let waiters = contents.withLock { $0.flights.removeAll() }
        for waiter in waiters { waiter(DNSReply(.failed(.stopped))) }
    }
}
