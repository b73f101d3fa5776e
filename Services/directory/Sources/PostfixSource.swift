internal import MailTypes
internal import SQLStore
internal import Synchronization

/// Postfix's own tables beside whoever else knows of accounts: what one of the two knows is known.
final class PostfixSource: LookupSource {
    private let other: any LookupSource
    private let thread: StoreThread<PostfixWorker>

    init(
        _ configuration: PostfixMapsConfiguration, beside other: any LookupSource, alarm: StoreAlarm, clock: StoreClock
    ) throws {
        self.other = other
        thread = try StoreThread(
            name: "dir-postfix", clock: clock,
            worker: PostfixWorker(command: PostfixCommand(configuration: configuration), clock: clock),
            onStateChange: { alarm.changed(to: $0) })
    }

    func ask(_ lookups: [Lookup], reply: @escaping @Sendable ([(lookup: Lookup, answer: Answer)]) -> Void) {
        // Members and moderators are not in these tables.
        let own = lookups.filter { lookup in
            if case .roles = lookup.question { return false }
            return true
        }
        let both = Set(own)
        let first = Mutex<[Lookup: Answer]>([:])
        let meet: @Sendable ([(lookup: Lookup, answer: Answer)]) -> Void = { answers in
            let complete = answers.compactMap { lookup, answer -> (lookup: Lookup, answer: Answer)? in
                guard both.contains(lookup) else { return (lookup, answer) }
                let earlier = first.withLock { first in
                    guard let earlier = first.removeValue(forKey: lookup) else {
                        first[lookup] = answer
                        return Answer?.none
                    }
                    return earlier
                }
                return earlier.map { (lookup, Self.merge($0, answer)) }
            }
            if !complete.isEmpty { reply(complete) }
        }
        other.ask(lookups, reply: meet)
        guard !own.isEmpty else { return }
        guard thread.submit(.ask(own, reply: meet)) else {
            return meet(own.map { ($0, .failed("postfix-maps: too much waits")) })
        }
    }

    /// What either knows; a failure of one matters only where the other knows nothing.
    static func merge(_ left: Answer, _ right: Answer) -> Answer {
        if case .failed = left { return right.isNegative ? left : right }
        if case .failed = right { return left.isNegative ? right : left }
        guard case .account(let one) = left, case .account(let other) = right else {
            return left.isNegative ? right : left
        }
        return .account(
            AccountEntry(
                user: one.user ?? other.user, alias: one.alias ?? other.alias,
                mailingList: one.mailingList ?? other.mailingList,
                owners: one.owners + other.owners.filter { !one.owners.contains($0) }))
    }

    /// The domains that can be listed; none while they cannot be read.
    func listDomains(_ reply: @escaping @Sendable (Result<[ListedDomain], SQLError>) -> Void) {
        guard thread.submit(.domains(reply)) else {
            return reply(.failure(SQLError(.unavailable, "too much waits for postmap")))
        }
    }

    /// The other source is stopped by whom it belongs to.
    func stop() {
        thread.stop()
    }
}

/// Asks postconf(1) and postmap(1).
struct PostfixWorker: StoreWorker {
    enum Job: Sendable {
        case ask([Lookup], reply: @Sendable ([(lookup: Lookup, answer: Answer)]) -> Void)
        case domains(@Sendable (Result<[ListedDomain], SQLError>) -> Void)
    }

    let command: PostfixCommand
    let clock: StoreClock
    private var lastReading = 0

    /// How often main.cf is read again, in milliseconds.
    private static let interval = 30_000

    init(command: PostfixCommand, clock: StoreClock) {
        self.command = command
        self.clock = clock
    }

    mutating func open() throws -> PostfixTables {
        let tables = try PostfixTables(command)
        lastReading = clock.monotonicMilliseconds()
        return tables
    }

    mutating func run(_ jobs: [Job], on connection: PostfixTables) -> StoreHealth {
        var lookups: [Lookup] = []
        for case .ask(let asked, _) in jobs { lookups += asked }
        let answers = answers(to: LookupGroups(Array(Set(lookups))), connection)
        for job in jobs {
            switch job {
            case .ask(let asked, let reply):
                reply(asked.map { ($0, answers[$0] ?? .failed("postfix-maps: no answer")) })
            case .domains(let reply): reply(.success(connection.listed()))
            }
        }
        return .sound
    }

    private func answers(to questions: LookupGroups, _ tables: PostfixTables) -> [Lookup: Answer] {
        let domains = questions.domains.questions
        let accounts = questions.accounts.questions
        var answers: [Lookup: Answer] = [:]
        for kind in questions.kinds.questions { answers[.rows(kind)] = .isEmpty(false) }
        do throws(SQLError) {
            let found = try domains.isEmpty ? [:] : tables.entries(of: domains)
            for domain in domains { answers[Lookup(.domain(domain))] = .domain(found[domain] ?? .unknown) }
        } catch {
            for domain in domains { answers[Lookup(.domain(domain))] = .failed("postfix-maps: \(error)") }
        }
        do throws(SQLError) {
            let found = try accounts.isEmpty ? [:] : tables.entries(of: accounts)
            for mailbox in accounts {
                answers[Lookup(.account(mailbox))] = .account(found[mailbox] ?? .nothing)
            }
        } catch {
            for mailbox in accounts { answers[Lookup(.account(mailbox))] = .failed("postfix-maps: \(error)") }
        }
        return answers
    }

    mutating func refuse(_ jobs: [Job], because error: SQLError) {
        for job in jobs {
            switch job {
            case .ask(let lookups, let reply): reply(lookups.map { ($0, .failed("postfix-maps: \(error)")) })
            case .domains(let reply): reply(.failure(error))
            }
        }
    }

    mutating func tend(_ connection: PostfixTables, isQuiet: Bool) -> StoreHealth {
        guard clock.monotonicMilliseconds() - lastReading >= Self.interval else { return .sound }
        do throws(SQLError) {
            try connection.reload()
            lastReading = clock.monotonicMilliseconds()
            return .sound
        } catch {
            return .broken(error)
        }
    }

    mutating func close(_ connection: PostfixTables) {}
}
