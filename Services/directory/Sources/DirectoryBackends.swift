internal import Logging
internal import SQLStore
internal import ServiceProtocol

/// The databases and the directory server of a configuration. What is in the same file is one of them.
final class DirectoryBackends: Sendable {
    let accounts: AccountsSource
    /// Postfix's own tables beside the accounts.
    private let postfix: PostfixSource?
    let lists: SQLSource
    let reverseNames: SQLSource
    let subscribers: (any LookupSource)?
    /// By name: what is failing.
    let alarms: [(name: String, alarm: StoreAlarm)]
    private let all: [any LookupSource]

    /// Starts their threads; that something cannot be reached is no error here but an answer to each question.
    init(
        _ configuration: DirectoryConfiguration, allWildcards: @escaping @Sendable () -> Bool,
        onChange: @escaping @Sendable () -> Void, clock: ServiceClock, log: Logger
    ) throws {
        let storeClock = StoreClock(
            unixSeconds: clock.unixSeconds, monotonicMilliseconds: { clock.monotonic().milliseconds })
        let reading = DatabaseReading(
            allWildcards: allWildcards, clock: { clock.monotonic().milliseconds }, onChange: onChange,
            report: { log.error("\($0)") })
        var alarms: [(name: String, alarm: StoreAlarm)] = []
        var files: [String: SQLSource] = [:]
        var all: [any LookupSource] = []
        func alarm(_ name: String) -> StoreAlarm {
            let alarm = Self.alarm(name, log)
            alarms.append((name, alarm))
            return alarm
        }
        func sql(_ store: StoreConfiguration, _ name: String, _ part: SQLSource.Part) throws -> SQLSource {
            if case .sqlite(let file) = store.engine, let shared = files[file.path] { return shared }
            let isFile = store.engineName == .sqlite
            let source = try SQLSource(
                store, name: name, parts: isFile ? Set(SQLSource.Part.allCases) : [part], alarm: alarm(name),
                reading: reading, clock: storeClock)
            if case .sqlite(let file) = store.engine { files[file.path] = source }
            all.append(source)
            return source
        }
        switch configuration.accounts {
        case .sql(let store): accounts = .sql(try sql(store, "accounts", .accounts))
        case .ldap(let server):
            let source = try LDAPSource(
                server, alarm: alarm("accounts"), clock: storeClock, report: reading.report)
            accounts = .ldap(source)
            all.append(source)
        }
        let known = accounts.source
        postfix = try configuration.postfixMaps.map { maps in
            try PostfixSource(maps, beside: known, alarm: alarm("postfix-maps"), clock: storeClock)
        }
        if let postfix { all.append(postfix) }
        lists = try sql(configuration.lists, "lists", .lists)
        reverseNames = try sql(configuration.reverseNames, "reverse-names", .reverseNames)
        subscribers = try configuration.mlmmjAdmin.map { try SubscriberSource($0, log: log) }
        self.alarms = alarms
        self.all = all + (subscribers.map { [$0] } ?? [])
    }

    private static func alarm(_ name: String, _ log: Logger) -> StoreAlarm {
        StoreAlarm(
            onFailure: { log.error("\(name): cannot be used, failure rules apply where no kept answer does: \($0)") },
            onRecovery: { log.notice("\(name): works again") })
    }

    /// Whom a look-up goes to.
    func source(for lookup: Lookup) -> (any LookupSource)? {
        switch lookup.backend {
        case .accounts: postfix ?? accounts.source
        case .lists: lists
        case .reverseNames: reverseNames
        case .subscribers: subscribers
        }
    }

    /// A page of the domains of accounts and of Postfix's tables behind a cursor, in alphabetical order.
    func listDomains(
        after cursor: String, limit: Int, _ reply: @escaping @Sendable (Result<DomainPage, SQLError>) -> Void
    ) {
        guard let postfix else { return accounts.listDomains(after: cursor, limit: limit, reply) }
        postfix.listDomains { [accounts] result in
            switch result {
            case .failure(let error): reply(.failure(error))
            case .success(let domains):
                accounts.listDomains(after: cursor, limit: limit) { page in
                    reply(page.map { $0.merging(domains, after: cursor) })
                }
            }
        }
    }

    func stop() {
        for source in all { source.stop() }
    }
}

extension Lookup {
    /// The backends.
    package enum Backend: Int, CaseIterable {
        case accounts
        case lists
        case reverseNames
        case subscribers
    }

    /// Whose question it is.
    var backend: Backend {
        switch question {
        case .domain, .account, .roles: .accounts
        case .localEntries, .externalEntries, .clientEntries, .listing: .lists
        case .reverseName: .reverseNames
        case .subscriber: .subscribers
        case .rows(.domain), .rows(.account), .rows(.roles): .accounts
        case .rows(.localEntries), .rows(.externalEntries): .lists
        case .rows(.reverseName): .reverseNames
        }
    }
}
