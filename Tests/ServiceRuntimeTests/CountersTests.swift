import ServiceRuntime
import Testing

@Suite struct CountersTests {
    @Test func countsByHandleAndByName() {
        let counters = Counters()
        let pass = counters.counter("greylist.pass")
        counters.add(to: pass)
        counters.add(41, to: counters.counter("greylist.pass"))
        counters.count("greylist.new")
        #expect(counters.value(of: pass) == 42)
        #expect(counters.value(of: counters.counter("greylist.new")) == 1)
        #expect(counters.value(of: counters.counter("other")) == 0)
    }

    @Test func aSnapshotIsSortedAndHasThePercentiles() {
        let counters = Counters()
        counters.count("b")
        counters.add(2, to: counters.counter("z"))
        let latency = counters.latency("ask")
        for value: Int64 in [1, 2, 3, 7] { counters.record(microseconds: value, in: latency) }
        let snapshot = counters.snapshot()
        #expect(snapshot.map(\.name) == ["ask.count", "ask.max", "ask.p50", "ask.p99", "b", "z"])
        #expect(snapshot.map(\.value) == [4, 7, 2, 7, 1, 2])
    }

    @Test func wrapsInsteadOfTrapping() {
        let counters = Counters()
        let counter = counters.counter("a")
        counters.add(.max, to: counter)
        counters.add(2, to: counter)
        #expect(counters.value(of: counter) == 1)
    }

    @Test func aHandleOfAnotherObjectDoesNoHarm() {
        let stranger = Counters()
        _ = stranger.counter("a")
        let counter = stranger.counter("b")
        let latency = stranger.latency("c")
        let counters = Counters()
        counters.add(to: counter)
        counters.record(microseconds: 1, in: latency)
        #expect(counters.value(of: counter) == 0)
        #expect(counters.histogram(of: latency).count == 0)
        #expect(counters.snapshot().isEmpty)
    }
}
