import MailTypes
import ServiceProtocol
import Synchronization
import Testing

@testable import Directory

@Suite struct LookupBoardTests {
    /// Answers when it is told to.
    private final class Source: LookupSource {
        struct State: Sendable {
            var asked: [[Lookup]] = []
            var replies: [@Sendable ([(lookup: Lookup, answer: Answer)]) -> Void] = []
        }

        let state = Mutex(State())

        func ask(_ lookups: [Lookup], reply: @escaping @Sendable ([(lookup: Lookup, answer: Answer)]) -> Void) {
            state.withLock { state in
                state.asked.append(lookups)
                state.replies.append(reply)
            }
        }

        func stop() {}

        /// Takes away what was asked last, for later.
        func putOff() -> State {
            state.withLock { state in
                State(asked: [state.asked.removeLast()], replies: [state.replies.removeLast()])
            }
        }

        func take(_ put: State) {
            state.withLock { $0 = put }
        }

        func answer(_ answer: Answer) {
            let (asked, replies) = state.withLock { state in
                defer { state = State() }
                return (state.asked, state.replies)
            }
            for (lookups, reply) in zip(asked, replies) { reply(lookups.map { ($0, answer) }) }
        }
    }

    private final class Clock: Sendable {
        let now = Mutex(0)
    }

    private final class Received: Sendable {
        let answers = Mutex<[[Lookup: Answer]]>([])
        var all: [[Lookup: Answer]] { answers.withLock { $0 } }
    }

    private let source = Source()
    private let clock = Clock()
    private let received = Received()
    private let board: LookupBoard
    private let lookup: Lookup
    private static let yes = Answer.domain(DomainEntry(hosting: .local))
    private static let no = Answer.domain(.unknown)

    init() throws {
        let source = source, clock = clock
        board = LookupBoard(
            AnswerTable(lifetime: 1_000, staleLifetime: 10_000, capacity: 100), route: { _ in source },
            clock: { clock.now.withLock { $0 } })
        lookup = Lookup(.domain(try #require(Domain(parsing: "green.test"))))
    }

    private func fetch() {
        board.fetch([lookup]) { [received] answers in
            let answers = Dictionary(uniqueKeysWithValues: answers.map { ($0.lookup, $0.answer) })
            received.answers.withLock { $0.append(answers) }
        }
    }

    private func advance(_ milliseconds: Int) {
        clock.now.withLock { $0 += milliseconds }
    }

    @Test func oneQuestionForAllWhoWait() {
        for _ in 0..<5 { fetch() }
        #expect(source.state.withLock { $0.asked } == [[lookup]])
        source.answer(Self.yes)
        #expect(received.all == Array(repeating: [lookup: Self.yes], count: 5))
        fetch()
        #expect(source.state.withLock { $0.asked.isEmpty }, "it is known now")
        #expect(received.all.count == 6)
    }

    @Test func anOldAnswerIsBetterThanNone() {
        fetch()
        source.answer(Self.yes)
        advance(1_001)
        fetch()
        source.answer(.failed("down"))
        #expect(received.all.last == [lookup: Self.yes])
        advance(10_001)
        fetch()
        source.answer(.failed("down"))
        #expect(received.all.last == [lookup: .failed("down")])
        // A failure is not kept.
        fetch()
        source.answer(Self.yes)
        #expect(received.all.last == [lookup: Self.yes])
    }

    @Test func nobodyWaitsForALateBackendWhenThereIsAnOldAnswer() {
        fetch()
        source.answer(Self.yes)
        advance(1_001)
        fetch()
        #expect(received.all.count == 1, "it may still come")
        advance(501)
        fetch()
        #expect(received.all.count == 2)
        source.answer(Self.yes)
        #expect(received.all.count == 3)
    }

    @Test func whatWasAskedBeforeAChangeIsNotKept() {
        fetch()
        board.forget()
        source.answer(Self.yes)
        #expect(received.all.count == 1)
        fetch()
        #expect(source.state.withLock { $0.asked.count } == 1)
    }

    /// Who asks after a change is not told what was asked before it, though that is still under way.
    @Test func afterAChangeItIsAskedAnew() {
        fetch()
        board.forget()
        fetch()
        fetch()
        #expect(source.state.withLock { $0.asked } == [[lookup], [lookup]])
        let new = source.putOff()
        source.answer(Self.no)
        #expect(received.all == [[lookup: Self.no]])
        #expect(board.answer(to: lookup, now: board.now) == nil)
        source.take(new)
        source.answer(Self.yes)
        #expect(received.all == [[lookup: Self.no], [lookup: Self.yes], [lookup: Self.yes]])
        #expect(board.answer(to: lookup, now: board.now) == Self.yes)
    }

    /// A new entry of a white list costs what is known of lists, and nothing else; nor does it end facts.
    @Test func listsAreForgottenAlone() throws {
        let entry = Lookup(.listing(local: 1, external: 2))
        func known() -> [Answer?] { [lookup, entry].map { board.answer(to: $0, now: board.now) } }
        let listing = Answer.listing(AccessListing())
        fetch()
        source.answer(Self.yes)
        board.fetch([entry]) { _ in }
        source.answer(listing)
        #expect(known() == [Self.yes, listing])
        let revision = board.revision
        board.forgetLists()
        #expect(known() == [Self.yes, nil])
        #expect(board.revision == revision)
        // Not even when the backend fails: it may say the opposite now.
        board.fetch([entry]) { _ in }
        source.answer(.failed("down"))
        board.fetch([entry]) { _ in }
        board.forgetLists()
        source.answer(listing)
        #expect(known() == [Self.yes, nil], "it was asked before")
        board.fetch([entry]) { _ in }
        source.answer(listing)
        #expect(known() == [Self.yes, listing])
    }

    @Test func theTableIsBounded() throws {
        var table = AnswerTable(lifetime: 1_000, staleLifetime: 0, capacity: 100)
        for number in 0..<1_000 {
            let domain = try #require(Domain(parsing: "d\(number).test"))
            table.keep(Self.yes, to: Lookup(.domain(domain)), now: 0)
            #expect(table.count <= 100)
            #expect(table.answer(to: Lookup(.domain(domain)), now: 999) == Self.yes)
            #expect(table.answer(to: Lookup(.domain(domain)), now: 1_000) == nil)
        }
    }
}
