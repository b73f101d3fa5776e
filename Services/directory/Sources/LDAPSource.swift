internal import LDAPClient
internal import MailTypes
internal import SQLStore
internal import Synchronization

/// A directory server that answers look-ups about domains and accounts, on a thread with one connection. All searches
/// that wait are under way at once.
final class LDAPSource: LookupSource {
    private let thread: StoreThread<LDAPWorker>
    private let alarm: StoreAlarm
    private let clock: StoreClock
    private let listing = Mutex(DomainListing())

    /// Starts the thread.
    /// - Throws: When the system has no more of them.
    init(
        _ configuration: LDAPConfiguration, alarm: StoreAlarm, clock: StoreClock,
        report: @escaping @Sendable (String) -> Void
    ) throws {
        self.alarm = alarm
        self.clock = clock
        thread = try StoreThread(
            name: "dir-ldap", clock: clock, worker: LDAPWorker(configuration, report),
            onStateChange: { alarm.changed(to: $0) })
    }

    func ask(_ lookups: [Lookup], reply: @escaping @Sendable ([(lookup: Lookup, answer: Answer)]) -> Void) {
        guard thread.submit(.ask(lookups, reply: reply)) else {
            return reply(lookups.map { ($0, .failed("accounts: too much waits for the directory")) })
        }
    }

    /// Tells all domains in alphabetical order.
    /// - Parameter isContinued: Whether a list that was read a moment ago will do: the question is about its next part.
    func listDomains(isContinued: Bool, _ reply: @escaping DomainListing.Reply) {
        let now = clock.monotonicMilliseconds()
        switch listing.withLock({ $0.join(isContinued: isContinued, now: now, reply) }) {
        case .known(let domains): reply(.success(domains))
        case .waits: return
        case .begins: read(after: [], found: [])
        }
    }

    /// Reads one page and then the next; between them the thread answers what else was asked.
    private func read(after cookie: [UInt8], found: [ListedDomain]) {
        let job = LDAPWorker.Job.domains(after: cookie) { [weak self] page in
            guard let self else { return }
            do throws(SQLError) {
                let (domains, next) = try page.get()
                guard next.isEmpty else { return read(after: next, found: found + domains) }
                finish(.success((found + domains).sorted { $0.domain.text < $1.domain.text }))
            } catch {
                finish(.failure(error))
            }
        }
        guard thread.submit(job) else {
            return finish(.failure(SQLError(.unavailable, "too much waits for the directory")))
        }
    }

    private func finish(_ result: Result<[ListedDomain], SQLError>) {
        let now = clock.monotonicMilliseconds()
        for reply in listing.withLock({ $0.finish(result, now: now) }) { reply(result) }
    }

    func stop() {
        thread.stop()
    }
}

/// Searches what waits.
struct LDAPWorker: StoreWorker {
    enum Job: Sendable {
        case ask([Lookup], reply: @Sendable ([(lookup: Lookup, answer: Answer)]) -> Void)
        case domains(
            after: [UInt8], reply: @Sendable (Result<(domains: [ListedDomain], next: [UInt8]), SQLError>) -> Void)
    }

    private let configuration: LDAPConfiguration
    private let lookups: LDAPLookups
    private let report: @Sendable (String) -> Void
    private var told = ToldFailures()

    init(_ configuration: LDAPConfiguration, _ report: @escaping @Sendable (String) -> Void) {
        self.configuration = configuration
        self.report = report
        lookups = LDAPLookups(base: configuration.baseDN)
    }

    mutating func open() throws -> LDAPConnection {
        told = ToldFailures()
        do throws(LDAPError) {
            return try LDAPConnection(configuration)
        } catch {
            throw SQLError(error)
        }
    }

    mutating func run(_ jobs: [Job], on connection: LDAPConnection) -> StoreHealth {
        var health = StoreHealth.sound
        var asked:
            [(lookup: Lookup, search: LDAPSearch, reply: @Sendable ([(lookup: Lookup, answer: Answer)]) -> Void)] = []
        for job in jobs {
            switch job {
            case .domains(let cookie, let reply):
                do throws(LDAPError) {
                    let page = try connection.page(of: lookups.listing, after: cookie)
                    reply(.success((lookups.domains(page.entries), page.cookie)))
                } catch {
                    if !connection.isOpen { health = .broken(SQLError(error)) }
                    reply(.failure(SQLError(error)))
                }
            case .ask(let wanted, let reply):
                for lookup in wanted {
                    if let search = lookups.search(for: lookup) {
                        asked.append((lookup, search, reply))
                    } else {
                        reply([(lookup, lookups.answer(to: lookup, []))])
                    }
                }
            }
        }
        let lost = connection.search(asked.map(\.search)) { place, result in
            let lookup = asked[place].lookup
            switch result {
            case .success(let entries): asked[place].reply([(lookup, lookups.answer(to: lookup, entries))])
            case .failure(let error):
                if told.isNew(SQLError(error)) { report("accounts: \(error)") }
                asked[place].reply([(lookup, .failed("accounts: \(error)"))])
            }
        }
        if let lost { health = .broken(SQLError(lost)) }
        return health
    }

    mutating func refuse(_ jobs: [Job], because error: SQLError) {
        for job in jobs {
            switch job {
            case .ask(let lookups, let reply): reply(lookups.map { ($0, .failed("accounts: \(error)")) })
            case .domains(_, let reply): reply(.failure(error))
            }
        }
    }

    /// An idle connection that was lost must be noticed before somebody waits for it.
    mutating func tend(_ connection: LDAPConnection, isQuiet: Bool) -> StoreHealth {
        guard isQuiet else { return .sound }
        let probe = LDAPSearch(
            base: configuration.baseDN, scope: .oneLevel, filter: "(domainName=probe.invalid)", attributes: ["1.1"])
        return connection.search([probe], { _, _ in }).map { .broken(SQLError($0)) } ?? .sound
    }

    mutating func close(_ connection: LDAPConnection) {
        connection.close()
    }
}

extension SQLError {
    /// The same failure in a store's words.
    init(_ error: LDAPError) {
        let code: Code =
            switch error.code {
            case .unavailable: .unavailable
            case .timeout: .timeout
            case .denied: .denied
            case .schema: .schema
            case .other: .other
            }
        self.init(code, error.message)
    }
}
