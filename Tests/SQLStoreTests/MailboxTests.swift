import Glibc
import Synchronization
import Testing

@testable import SQLStore

@Suite struct MailboxTests {
    private func elements(_ taken: Mailbox<Int>.Taken) -> [Int]? {
        guard case .elements(let elements) = taken else { return nil }
        return elements
    }

    @Test func whatWaitsIsTakenInOrderAndInPortions() {
        let mailbox = Mailbox<Int>(capacity: 5)
        #expect((1...7).map { mailbox.put($0) } == [true, true, true, true, true, false, false])
        #expect(elements(mailbox.take(maximum: 3, waiting: 0)) == [1, 2, 3])
        #expect(mailbox.put(8))
        #expect(elements(mailbox.take(maximum: 10, waiting: 0)) == [4, 5, 8])
        guard case .nothing = mailbox.take(maximum: 1, waiting: 1) else {
            Issue.record("not empty")
            return
        }
    }

    @Test func ofSeveralThoseAreTakenForWhichThereIsRoom() {
        let mailbox = Mailbox<Int>(capacity: 5)
        #expect(mailbox.put([]) == 0)
        #expect(mailbox.put([1, 2, 3]) == 3)
        #expect(mailbox.put([4, 5, 6, 7]) == 2)
        #expect(mailbox.put([8]) == 0)
        #expect(elements(mailbox.take(maximum: 10, waiting: 0)) == [1, 2, 3, 4, 5])
        mailbox.close()
        #expect(mailbox.put([9]) == 0)
    }

    @Test func severalWakeTheOneWhoWaits() throws {
        let mailbox = Mailbox<Int>(capacity: 5)
        let taken = Mutex<[Int]?>(nil)
        let thread = try DedicatedThread(name: "waits") {
            guard case .elements(let found) = mailbox.take(maximum: 10, waiting: 60_000) else { return }
            taken.withLock { $0 = found }
        }
        usleep(20_000)
        #expect(mailbox.put([1, 2]) == 2)
        thread.join()
        #expect(taken.withLock { $0 } == [1, 2])
    }

    @Test func aClosedMailboxGivesWhatIsLeft() {
        let mailbox = Mailbox<Int>(capacity: 5)
        #expect(mailbox.put(1))
        mailbox.close()
        #expect(!mailbox.put(2))
        #expect(elements(mailbox.take(maximum: 5, waiting: 1000)) == [1])
        guard case .closed = mailbox.take(maximum: 5, waiting: 1000) else {
            Issue.record("not closed")
            return
        }
    }
}
