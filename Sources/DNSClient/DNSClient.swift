internal import CPosternSupport
public import DNS
internal import Glibc

/// Asks the DNS: a cache, the questions under way, and a thread of its own on which c-ares talks to the servers.
///
/// From any thread. What is in the cache is answered at once; for the rest no caller waits, whatever the servers do.
public final class DNSClient: Sendable {
    private let shared: DNSClientState
    private let thread: DNSClientThread

    /// A client with its thread.
    /// - Throws: ``DNSClientError`` when the system has no more threads or descriptors.
    public init(_ settings: DNSClientSettings = DNSClientSettings()) throws(DNSClientError) {
        let shared = DNSClientState(settings, wake: try WakeDescriptor())
        self.shared = shared
        thread = try DNSClientThread { DNSClientLoop(shared).run() }
    }

    /// CLOCK_MONOTONIC in milliseconds, by which deadlines are meant.
    public static var now: Int { Int(postern_monotonic_ms()) }

    /// The answer, if it is in the cache; its lifetime is what is left of it.
    public func cached(_ question: DNSQuestion) -> DNSReply? {
        shared.cached(question, now: DNSClient.now)
    }

    /// Asks, unless the answer is in the cache or somebody has asked already. `waiter` is called once, at once or on the
    /// client's thread: with the answer, or with a failure at the deadline or at the settings' limit, whichever is first.
    /// - Parameters:
    ///   - deadline: ``now`` as it will be then.
    ///   - isFresh: Whether the cache is passed by; the answer goes into it all the same.
    public func ask(
        _ question: DNSQuestion, deadline: Int = .max, isFresh: Bool = false, waiter: @escaping DNSWaiter
    ) {
        let reply = shared.ask(question, waiter, deadline: deadline, isFresh: isFresh, now: DNSClient.now)
        if let reply { waiter(reply) }
    }

    /// Takes other settings. What is under way goes on with the new servers; other servers empty the cache.
    public func apply(_ settings: DNSClientSettings) {
        shared.apply(settings)
    }

    /// What has been counted.
    public var counts: DNSClientCounts { shared.counts }

    /// Ends the thread. Whoever waits is told that it has been stopped.
    public func stop() {
        shared.stop()
        thread.join()
    }

    deinit { shared.stop() }
}

/// The system has no more of something.
public struct DNSClientError: Error, CustomStringConvertible {
    /// What could not be done, and why.
    public let description: String

    init(_ attempt: String, code: Int32) {
        description = "cannot \(attempt): \(String(cString: strerror(code)))"
    }
}
