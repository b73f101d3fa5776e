import MailTypes
import ServiceProtocol
import Testing

@testable import Greylist

@Suite struct PassedClientCacheTests {
    static let client = IPAddress.v4(1)

    private static func at(_ seconds: Int) -> MonotonicInstant {
        MonotonicInstant(milliseconds: seconds * 1000)
    }

    @Test func forgetsAfterAMinute() {
        let cache = PassedClientCache()
        cache.insert(Self.client, at: Self.at(100))
        #expect(cache.contains(Self.client, at: Self.at(129)))
        #expect(cache.contains(Self.client, at: Self.at(131)))
        #expect(!cache.contains(Self.client, at: Self.at(161)))
    }

    @Test func forgetsAfterALongSilence() {
        let cache = PassedClientCache()
        cache.insert(Self.client, at: Self.at(100))
        #expect(!cache.contains(Self.client, at: Self.at(161)))
    }

    @Test func isBounded() {
        let cache = PassedClientCache(capacity: 10)
        for number in 0..<100 { cache.insert(.v4(UInt32(number)), at: Self.at(100)) }
        let kept = (0..<100).filter { cache.contains(.v4(UInt32($0)), at: Self.at(100)) }
        #expect(kept == Array(80..<100))
    }

    @Test func removeAll() {
        let cache = PassedClientCache()
        cache.insert(Self.client, at: Self.at(100))
        cache.removeAll()
        #expect(!cache.contains(Self.client, at: Self.at(100)))
    }
}
