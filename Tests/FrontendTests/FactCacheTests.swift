import ServiceProtocol
import Testing

@testable import Frontend

@Suite struct FactCacheTests {
    private static let start = MonotonicInstant(microseconds: 0)
    private static let name = FactName(kind: "local", subject: "x.example")

    @Test(arguments: [(0, "yes"), (899, "yes"), (900, nil)])
    func aValueLivesAMoment(_ milliseconds: Int, _ expected: String?) {
        var cache = FactCache()
        cache.keep("yes", of: Self.name, now: Self.start)
        #expect(cache.value(of: Self.name, now: Self.start.advanced(byMilliseconds: milliseconds)) == expected)
    }

    @Test func unknownIsNotKept() {
        var cache = FactCache()
        cache.keep("no", of: Self.name, now: Self.start)
        cache.keep("unknown", of: Self.name, now: Self.start)
        #expect(cache.value(of: Self.name, now: Self.start) == "no")
    }

    @Test func itStaysWithinItsCapacity() {
        var cache = FactCache(capacity: 2)
        let names = ["a", "b", "c"].map { FactName(kind: "local", subject: $0) }
        for name in names { cache.keep("yes", of: name, now: Self.start) }
        #expect(names.filter { cache.value(of: $0, now: Self.start) != nil }.count <= 2)
        #expect(cache.value(of: names[2], now: Self.start) == "yes")
    }
}
