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

    @Test(arguments: [(1, 0, "yes"), (1, 1, nil), (5_000, 4_999, "yes"), (5_000, 5_000, nil), (90_000, 9_999, "yes")])
    func aProviderMayTellHowLong(_ lifetime: Int, _ milliseconds: Int, _ expected: String?) {
        for var cache in [FactCache(), FactCache.costly()] {
            cache.keep("yes", of: Self.name, client: "192.0.2.1", lifetime: lifetime, now: Self.start)
            let now = Self.start.advanced(byMilliseconds: milliseconds)
            #expect(cache.value(of: Self.name, client: "192.0.2.1", now: now) == expected)
            #expect(cache.value(of: Self.name, client: "192.0.2.2", now: now) == nil)
            #expect(cache.value(of: Self.name, now: now) == nil)
        }
    }

    @Test(arguments: [(FactCache(), 10_000), (FactCache.costly(), 60_000)])
    func nothingIsBelievedForever(_ cache: FactCache, _ longest: Int) {
        var cache = cache
        cache.keep("yes", of: Self.name, lifetime: .max, now: Self.start)
        #expect(cache.value(of: Self.name, now: Self.start.advanced(byMilliseconds: longest - 1)) == "yes")
        #expect(cache.value(of: Self.name, now: Self.start.advanced(byMilliseconds: longest)) == nil)
    }

    @Test func costlyFactsAreNotBelievedWithoutAWord() {
        var cache = FactCache.costly()
        cache.keep("yes", of: Self.name, now: Self.start)
        #expect(cache.isEmpty)
    }

    private static let other = FactName(kind: "local", subject: "y.example")

    /// What its provider said of another name tells whether it still stands: the same revision within the last moment.
    @Test(
        arguments: [
            // The moment when the other was asked about, the revision told then, the moment now.
            (800, "1", 1_699, "yes"), (800, "1", 1_700, nil), (800, "2", 899, "yes"), (800, "2", 900, nil),
            (800, nil, 899, "yes"), (800, nil, 900, nil), (9_500, "1", 9_999, "yes"), (9_500, "1", 10_000, nil),
        ] as [(Int, String?, Int, String?)])
    func aRevisionKeepsIt(_ asked: Int, _ revision: String?, _ now: Int, _ expected: String?) {
        var cache = FactCache()
        cache.keep("yes", of: Self.name, revision: "1", now: Self.start)
        cache.keep("no", of: Self.other, revision: revision, now: Self.start.advanced(byMilliseconds: asked))
        #expect(cache.value(of: Self.name, now: Self.start.advanced(byMilliseconds: now)) == expected)
    }

    /// What was learned in one moment is not forgotten in one, but from half of the longest time on.
    @Test func itIsForgottenLittleByLittle() {
        var cache = FactCache()
        let names = (0..<1_000).map { FactName(kind: "local", subject: "d\($0).example") }
        for name in names { cache.keep("yes", of: name, revision: "1", now: Self.start) }
        var known: [Int] = []
        for second in 4...10 {
            let now = Self.start.advanced(byMilliseconds: second * 1_000)
            // The revision is heard of.
            cache.keep("yes", of: Self.name, revision: "1", now: now)
            known.append(names.count { cache.value(of: $0, now: now) != nil })
        }
        #expect(known[0] == 1_000 && known[6] == 0)
        for (second, left) in zip(5...9, known[1...5]) { #expect(abs(left - (10 - second) * 200) < 10, "\(known)") }
    }

    @Test func anotherInstanceHasAnotherRevision() {
        var cache = FactCache()
        cache.keep("yes", of: Self.name, revision: "a", now: Self.start)
        cache.keep("yes", of: Self.other, revision: "b", now: Self.start.advanced(byMilliseconds: 500))
        let again = FactName(kind: "local", subject: "z.example")
        cache.keep("yes", of: again, revision: "a", now: Self.start.advanced(byMilliseconds: 800))
        let now = Self.start.advanced(byMilliseconds: 1_500)
        #expect([Self.name, Self.other, again].map { cache.value(of: $0, now: now) } == [nil, nil, "yes"])
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
