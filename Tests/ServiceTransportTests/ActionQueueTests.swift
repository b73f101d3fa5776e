import Testing

@testable import ServiceTransport

@Suite struct ActionQueueTests {
    @Test func firstComeFirstCarriedOut() {
        var queue = ActionQueue<Int>()
        queue.waiting = [1, 2, 3]
        #expect(queue.begin())
        #expect(queue.next() == 1)
        // What comes up meanwhile is carried out by the one who is at it, behind what waits.
        queue.waiting += [4, 5]
        #expect(!queue.begin())
        #expect((0..<4).map { _ in queue.next() } == [2, 3, 4, 5])
        #expect(queue.next() == nil)
        #expect(queue.begin())
        #expect(queue.next() == nil)
    }
}
