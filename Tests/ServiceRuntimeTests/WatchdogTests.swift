import NIOCore
import NIOEmbedded
import Synchronization
import Testing

@testable import ServiceRuntime

@Suite struct WatchdogTests {
    private final class Count: Sendable {
        let value = Atomic(0)
    }

    @Test func feedsTwiceInEachInterval() {
        let loop = EmbeddedEventLoop()
        let fed = Count()
        let watchdog = Watchdog(interval: 10_000_000, eventLoop: loop) { fed.value.add(1, ordering: .relaxed) }
        #expect(watchdog.period == .seconds(5))
        loop.advanceTime(by: .zero)
        #expect(fed.value.load(ordering: .relaxed) == 1)
        loop.advanceTime(by: .seconds(60))
        #expect(fed.value.load(ordering: .relaxed) == 13)
        watchdog.stop()
        loop.advanceTime(by: .seconds(60))
        #expect(fed.value.load(ordering: .relaxed) == 13)
    }

    @Test(arguments: [(0, 1_000), (1, 1_000), (UInt64.max, Int64.max)] as [(UInt64, Int64)])
    func takesAnyInterval(interval: UInt64, nanoseconds: Int64) {
        let watchdog = Watchdog(interval: interval, eventLoop: EmbeddedEventLoop()) {}
        #expect(watchdog.period.nanoseconds == nanoseconds)
    }

    @Test func isNotStartedUnasked() {
        #expect(Watchdog.start(on: EmbeddedEventLoop()) == nil)
    }
}
