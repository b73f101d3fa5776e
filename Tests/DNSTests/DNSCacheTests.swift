import DNS
import Testing

@Suite struct DNSCacheTests {
    @Test func expires() {
        var cache = DNSCache<String, Int>(limits: .init(entries: 10, bytes: 1_600))
        cache.keep(1, of: "a", size: 10, expires: 1_000, now: 0)
        #expect(cache.entry(of: "a", now: 999)?.value == 1)
        #expect(cache.entry(of: "a", now: 999)?.expires == 1_000)
        #expect(cache.entry(of: "a", now: 1_000) == nil)
        cache.keep(2, of: "b", size: 10, expires: 500, now: 500)
        #expect(cache.entry(of: "b", now: 500) == nil)
    }

    @Test func isReplaced() {
        var cache = DNSCache<String, Int>(limits: .init(entries: 10, bytes: 1_600))
        cache.keep(1, of: "a", size: 10, expires: 1_000, now: 0)
        cache.keep(2, of: "a", size: 10, expires: 2_000, now: 0)
        #expect(cache.entry(of: "a", now: 1_500)?.value == 2)
        #expect(cache.count == 1)
    }

    @Test func isBoundedInNumber() {
        var cache = DNSCache<Int, Int>(limits: .init(entries: 100, bytes: 1 << 20))
        for number in 0..<10_000 {
            cache.keep(number, of: number, size: 10, expires: 1_000, now: 0)
            #expect(cache.count <= 100)
        }
        #expect(cache.entry(of: 9_999, now: 0)?.value == 9_999)
        #expect(cache.entry(of: 0, now: 0) == nil)
    }

    @Test func isBoundedInSize() {
        var cache = DNSCache<Int, Int>(limits: .init(entries: 100_000, bytes: 16_000))
        for number in 0..<1_000 { cache.keep(number, of: number, size: 1_000, expires: 1_000, now: 0) }
        #expect(cache.count <= 16)
        cache.keep(1, of: -1, size: 1_001, expires: 1_000, now: 0)
        #expect(cache.entry(of: -1, now: 0) == nil)
    }

    /// What is asked for again and again stays, whatever comes beside it.
    @Test func whatIsInUseStays() {
        var cache = DNSCache<Int, Int>(limits: .init(entries: 100, bytes: 1 << 20))
        cache.keep(7, of: -1, size: 10, expires: 1_000, now: 0)
        for number in 0..<1_000 {
            cache.keep(number, of: number, size: 10, expires: 1_000, now: 0)
            #expect(cache.entry(of: -1, now: 0)?.value == 7)
        }
    }

    @Test func forgetsEverything() {
        var cache = DNSCache<Int, Int>(limits: .init(entries: 100, bytes: 1 << 20))
        cache.keep(7, of: 1, size: 10, expires: 1_000, now: 0)
        cache.removeAll()
        #expect(cache.entry(of: 1, now: 0) == nil)
        #expect(cache.count == 0)
    }
}
