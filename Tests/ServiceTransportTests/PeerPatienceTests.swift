import ServiceProtocol
import Testing

@testable import ServiceTransport

@Suite struct PeerPatienceTests {
    private func moment(_ milliseconds: Int) -> MonotonicInstant {
        MonotonicInstant(milliseconds: milliseconds)
    }

    private let limits = PeerPatience.Limits()

    @Test func nothingToWatch() {
        var patience = PeerPatience()
        let watched = patience.watch()
        #expect(watched == nil)
        #expect(patience.complaint(at: moment(1_000_000), limits: limits) == nil)
    }

    /// One write is watched for all before it, and only one at a time.
    @Test func oneWatchForAll() {
        var patience = PeerPatience()
        for _ in 0..<3 { patience.replyWritten(at: moment(1)) }
        let watched = [patience.watch(), patience.watch()]
        #expect(watched == [3, nil])
        patience.left(3, at: moment(2))
        #expect(patience.unsentReplies == 0)
        #expect(patience.complaint(at: moment(100_000), limits: limits) == nil)
    }

    /// The time of replies that were written after the watched ones begins when those have left.
    @Test func progressBeginsAnew() {
        var patience = PeerPatience()
        patience.replyWritten(at: moment(0))
        let first = patience.watch()
        #expect(first == 1)
        patience.replyWritten(at: moment(10))
        #expect(patience.complaint(at: moment(60_000), limits: limits) == "takes no reply")
        patience.left(1, at: moment(59_000))
        #expect(patience.unsentReplies == 1)
        #expect(patience.complaint(at: moment(118_999), limits: limits) == nil)
        #expect(patience.complaint(at: moment(119_000), limits: limits) == "takes no reply")
        let second = patience.watch()
        #expect(second == 2)
    }
}
