import MailTypes
import Synchronization
import Testing

@testable import Directory

/// What a decision knows from one attempt to the next.
@Suite struct KnowledgeTests {
    private final class Silent: LookupSource {
        let asked = Mutex<[Lookup]>([])

        func ask(_ lookups: [Lookup], reply: @escaping @Sendable ([(lookup: Lookup, answer: Answer)]) -> Void) {
            asked.withLock { $0 += lookups }
            reply(
                lookups.map { lookup in
                    if case .rows = lookup.question { return (lookup, .isEmpty(true)) }
                    return (lookup, lookup.kind.map(Answer.nothing) ?? .failed("down"))
                })
        }

        func stop() {}
    }

    private final class Clock: Sendable {
        let now = Mutex(0)
    }

    private let source = Silent()
    private let clock = Clock()
    private let board: LookupBoard
    private let mailbox: Mailbox

    init() throws {
        let source = source, clock = clock
        board = LookupBoard(
            AnswerTable(lifetime: 1_000, staleLifetime: 0, capacity: 100), route: { _ in source },
            clock: { clock.now.withLock { $0 } })
        mailbox = try #require(Mailbox(parsing: "user@foreign.example"))
    }

    @Test func ofWhatIsEmptyNothingIsAsked() throws {
        var first = Knowledge(board, domains: LocalDomains())
        #expect(first.account(mailbox) == nil)
        #expect(first.missing == [.rows(.account), Lookup(.account(mailbox))])
        board.fetch(first.missing) { _ in }
        let other = try #require(Mailbox(parsing: "other@foreign.example"))
        var second = Knowledge(board, domains: LocalDomains())
        #expect(second.account(other) == .nothing)
        #expect(!second.lacksSomething)
        #expect(second.domain(other.domain) == nil, "that is another kind")
    }

    /// What was known when the decision began need not be asked for because another answer was long in coming.
    @Test func whatWasEmptyStaysSoForTheDecision() {
        board.fetch([.rows(.account)]) { _ in }
        var knowledge = Knowledge(board, domains: LocalDomains())
        #expect(knowledge.account(mailbox) == .nothing)
        #expect(knowledge.domain(mailbox.domain) == nil)
        clock.now.withLock { $0 = 5_000 }
        var next = knowledge.adding([(Lookup(.domain(mailbox.domain)), .domain(.unknown))])
        #expect(!next.lacksSomething)
        #expect(next.account(mailbox) == .nothing)
        #expect(next.domain(mailbox.domain) == .unknown)
        #expect(!next.lacksSomething)
    }

    /// The name of this host may be an alias domain: mail for it is taken, and it has the target.
    @Test func aHostnameIsAskedAbout() throws {
        let hostname = try #require(Domain(parsing: "mx.example"))
        let target = try #require(Domain(parsing: "target.example"))
        let domains = LocalDomains(hostnames: [hostname])
        var knowledge = Knowledge(board, domains: domains)
        #expect(knowledge.domain(hostname) == nil)
        #expect(knowledge.missing.contains(Lookup(.domain(hostname))))
        let found = DomainEntry(hosting: .local, aliasTarget: target, owner: target)
        var next = knowledge.adding([(Lookup(.domain(hostname)), .domain(found))])
        #expect(next.domain(hostname) == found)
        var unknown = knowledge.adding([(Lookup(.domain(hostname)), .domain(.unknown))])
        #expect(unknown.domain(hostname) == DomainEntry(hosting: .local, owner: hostname))
        // It is the host's name even when the directory cannot be asked.
        var failed = knowledge.adding([(Lookup(.domain(hostname)), .failed("down"))])
        #expect(failed.domain(hostname) == DomainEntry(hosting: .local, owner: hostname))
        #expect(failed.failure == nil && !failed.lacksSomething)
        var listed = Knowledge(board, domains: LocalDomains(local: [hostname], hostnames: [hostname]))
        #expect(listed.domain(hostname) == DomainEntry(hosting: .local, owner: hostname))
        #expect(!listed.lacksSomething)
    }

    @Test func aFailureHoldsForOneAttempt() throws {
        var knowledge = Knowledge(board, domains: LocalDomains())
        #expect(knowledge.account(mailbox) == nil)
        var next = knowledge.adding([(Lookup(.account(mailbox)), .failed("down"))])
        #expect(next.failure == nil)
        #expect(next.account(mailbox) == nil)
        #expect(next.failure == "down")
        #expect(!next.lacksSomething)
        next.begin()
        #expect(next.failure == nil)
    }
}
