import Testing

@testable import ServiceTransport

@Suite struct ActionQueueTests {
    @Test func firstComeFirstCarriedOut() {
        var queue = ActionQueue<Int>()
        queue.waiting = [1, 2, 3]
        var carriedOut: [Int] = []
        let isFirst = queue.begin()
        if let action = queue.next() { carriedOut.append(action) }
        // What comes up meanwhile is carried out by the one who is at it, behind what waits.
        queue.waiting += [4, 5]
        let isSecond = queue.begin()
        while let action = queue.next() { carriedOut.append(action) }
        #expect(isFirst)
        #expect(!isSecond)
        #expect(carriedOut == [1, 2, 3, 4, 5])
    }

    @Test func anEmptyQueueIsFreeAgain() {
        var queue = ActionQueue<Int>()
        for _ in 0..<2 {
            let isFree = queue.begin()
            let action = queue.next()
            #expect(isFree)
            #expect(action == nil)
        }
    }
}
