/// What a service counts about itself: events, and how long things took.
///
/// A name is registered once and answers with a handle; counting through the handle is an addition to an array
/// element. The object belongs to one event loop and has no lock.
public final class Counters {
    /// A registered event counter of the ``Counters`` that made it.
    public struct Counter: Equatable, Sendable {
        fileprivate let index: Int
    }

    /// A registered histogram of the ``Counters`` that made it.
    public struct Latency: Equatable, Sendable {
        fileprivate let index: Int
    }

    private var names: [String: Counter] = [:]
    private var values: [UInt64] = []
    private var latencyNames: [String: Latency] = [:]
    private var histograms: [LatencyHistogram] = []

    /// No counters yet.
    public init() {}

    /// The counter of that name, made at the first call. Names are words joined by dots: `greylist.pass`.
    public func counter(_ name: String) -> Counter {
        if let known = names[name] { return known }
        let made = Counter(index: values.count)
        values.append(0)
        names[name] = made
        return made
    }

    /// The histogram of that name, made at the first call.
    public func latency(_ name: String) -> Latency {
        if let known = latencyNames[name] { return known }
        let made = Latency(index: histograms.count)
        histograms.append(LatencyHistogram())
        latencyNames[name] = made
        return made
    }

    /// Counts `amount` events; past 2^64 it begins again at 0.
    public func add(_ amount: UInt64 = 1, to counter: Counter) {
        guard values.indices.contains(counter.index) else { return }
        values[counter.index] &+= amount
    }

    /// Counts one event by name: for what is too rare to keep a handle for. Names must not come from a peer.
    public func count(_ name: String) { add(to: counter(name)) }

    /// Records how long something took, in microseconds.
    public func record(microseconds: Int64, in latency: Latency) {
        guard histograms.indices.contains(latency.index) else { return }
        histograms[latency.index].record(microseconds: microseconds)
    }

    /// The counter's value.
    public func value(of counter: Counter) -> UInt64 {
        values.indices.contains(counter.index) ? values[counter.index] : 0
    }

    /// The histogram as it is now.
    public func histogram(of latency: Latency) -> LatencyHistogram {
        histograms.indices.contains(latency.index) ? histograms[latency.index] : LatencyHistogram()
    }

    /// Every counter, and of every histogram `NAME.count`, `NAME.p50`, `NAME.p99` and `NAME.max` (µs), by name.
    public func snapshot() -> [(name: String, value: UInt64)] {
        var lines = names.map { name, counter in (name: name, value: values[counter.index]) }
        for (name, latency) in latencyNames { lines += histograms[latency.index].rows(name: name) }
        return lines.sorted { $0.name < $1.name }
    }
}
