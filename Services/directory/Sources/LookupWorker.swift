internal import MailTypes
internal import SQLStore

/// Look-ups, or other work, for a database's thread.
enum DatabaseJob: Sendable {
    /// Questions, and whom to tell the answers.
    case ask([Lookup], reply: @Sendable ([(lookup: Lookup, answer: Answer)]) -> Void)
    /// Something else to do with the connection, or with the error that there is none; returns the error it met.
    case work(@Sendable (Result<any SQLConnection, SQLError>) -> SQLError?)
}

/// Answers what waits, all questions of a kind in one statement, on a thread with a connection of its own.
struct LookupWorker: StoreWorker {
    /// The words for the log, such as `accounts`.
    let name: String
    private let connect: @Sendable () throws(SQLError) -> any SQLConnection
    let reading: DatabaseReading
    private var hasRestrictions = true
    private var networks: [AccessEntry]?
    private var lastReading = Int.min
    /// The number of changes of an SQLite file by others.
    private var dataVersion: Int64?
    private var told = ToldFailures()

    /// How often networks are read again, in milliseconds: other programs do not tell.
    private static let networkInterval = 15_000

    init(
        name: String, reading: DatabaseReading, connect: @escaping @Sendable () throws(SQLError) -> any SQLConnection
    ) {
        self.name = name
        self.reading = reading
        self.connect = connect
    }

    mutating func open() throws -> any SQLConnection {
        let connection = try connect()
        hasRestrictions = reading.hasAccounts ? try Self.hasRestrictions(connection) : false
        networks = nil
        dataVersion = nil
        told = ToldFailures()
        return connection
    }

    /// Asks for no row, only whether the columns are there.
    private static func hasRestrictions(_ connection: any SQLConnection) throws(SQLError) -> Bool {
        do throws(SQLError) {
            _ = try connection.query(
                "SELECT allowedrecipients, rejectedrecipients, allowedsenders, rejectedsenders FROM mailbox WHERE 1 = 0"
            )
            return true
        } catch  where error.code == .schema {
            return false
        }
    }

    mutating func run(_ jobs: [DatabaseJob], on connection: any SQLConnection) -> StoreHealth {
        var lookups: [Lookup] = []
        var replies: [(range: Range<Int>, reply: @Sendable ([(lookup: Lookup, answer: Answer)]) -> Void)] = []
        var failure: SQLError?
        for job in jobs {
            switch job {
            case .ask(let asked, let reply):
                replies.append((lookups.count..<lookups.count + asked.count, reply))
                lookups += asked
            case .work(let work):
                failure = work(.success(connection)) ?? failure
                connection.rollback()
                networks = nil
            }
        }
        let answers = answers(to: lookups, on: connection, &failure)
        for (range, reply) in replies {
            reply(lookups[range].map { ($0, answers[$0] ?? .failed("\(name): no answer")) })
        }
        return health(of: connection, after: failure)
    }

    private mutating func answers(
        to lookups: [Lookup], on connection: any SQLConnection, _ failure: inout SQLError?
    ) -> [Lookup: Answer] {
        guard !lookups.isEmpty else { return [:] }
        do throws(SQLError) {
            return try ask(Array(Set(lookups)), on: connection)
        } catch {
            failure = error
            if told.isNew(error) { reading.report("\(name): \(error)") }
            // One question that the database does not like must not cost the others their answers.
            guard error.code == .constraint || error.code == .other, lookups.count > 1 else {
                return Dictionary(lookups.map { ($0, .failed("\(name): \(error)")) }) { first, _ in first }
            }
        }
        var answers: [Lookup: Answer] = [:]
        for lookup in Set(lookups) {
            do throws(SQLError) {
                answers.merge(try ask([lookup], on: connection)) { first, _ in first }
            } catch {
                answers[lookup] = .failed("\(name): \(error)")
            }
        }
        return answers
    }

    private mutating func ask(
        _ lookups: [Lookup], on connection: any SQLConnection
    ) throws(SQLError) -> [Lookup: Answer] {
        let questions = LookupGroups(lookups)
        let sql = SQLLookups(dialect: connection.dialect, hasRestrictions: hasRestrictions)
        var queries = questions.kinds.map { sql.isEmpty($0) }
        if !questions.domains.isEmpty { queries.append(sql.domains(questions.domains)) }
        if !questions.accounts.isEmpty { queries.append(sql.accounts(questions.accounts)) }
        if !questions.roles.isEmpty { queries.append(sql.roles(questions.roles)) }
        if !questions.locals.isEmpty { queries.append(sql.localEntries(questions.locals)) }
        if !questions.externals.isEmpty {
            queries.append(
                sql.externalEntries(
                    questions.externals, networks: try knownNetworks(connection), allWildcards: reading.allWildcards()))
        }
        if !questions.listings.isEmpty { queries.append(sql.listings(questions.listings)) }
        if !questions.reverseNames.isEmpty { queries.append(sql.reverseNames(questions.reverseNames)) }
        var answers: [Lookup: Answer] = [:]
        answers.reserveCapacity(lookups.count)
        for (query, rows) in zip(queries, try connection.answers(to: queries.map(\.query))) {
            answers.merge(query.answers(rows)) { first, _ in first }
        }
        return answers
    }

    private mutating func knownNetworks(_ connection: any SQLConnection) throws(SQLError) -> [AccessEntry] {
        if let networks { return networks }
        let read = try connection.listedNetworks()
        networks = read
        lastReading = reading.clock()
        return read
    }

    mutating func refuse(_ jobs: [DatabaseJob], because error: SQLError) {
        for job in jobs {
            switch job {
            case .ask(let lookups, let reply): reply(lookups.map { ($0, .failed("\(name): \(error)")) })
            case .work(let work): _ = work(.failure(error))
            }
        }
    }

    mutating func tend(_ connection: any SQLConnection, isQuiet: Bool) -> StoreHealth {
        do throws(SQLError) {
            try lookForChanges(connection)
            guard reading.hasLists, networks == nil || reading.clock() - lastReading >= Self.networkInterval else {
                // An idle connection that was lost must be noticed before somebody waits for it.
                if isQuiet { _ = try connection.query("SELECT 1") }
                return .sound
            }
            networks = try connection.listedNetworks()
            lastReading = reading.clock()
            return .sound
        } catch {
            return health(of: connection, after: error)
        }
    }

    /// SQLite counts the changes of others: two instances may share a file.
    private mutating func lookForChanges(_ connection: any SQLConnection) throws(SQLError) {
        guard connection.dialect == .sqlite else { return }
        let version = try connection.query("PRAGMA data_version").first?.first?.integerValue
        if let dataVersion, version != dataVersion {
            networks = nil
            reading.onChange()
        }
        dataVersion = version
    }

    mutating func close(_ connection: any SQLConnection) {
        connection.close()
    }

    private func health(of connection: any SQLConnection, after failure: SQLError?) -> StoreHealth {
        guard let failure, failure.code != .busy, failure.code != .constraint else { return .sound }
        do throws(SQLError) {
            _ = try connection.query("SELECT 1")
            return .sound
        } catch {
            return .broken(error)
        }
    }
}

/// The failures that were logged since a connection was opened: each once, however many questions meet it.
struct ToldFailures {
    private var texts: Set<String> = []
    /// More different ones are no news.
    private static let maximum = 16

    mutating func isNew(_ error: SQLError) -> Bool {
        // The loss of a connection is told by whoever watches it.
        guard error.code != .unavailable, error.code != .busy, texts.count < Self.maximum else { return false }
        return texts.insert(error.message).inserted
    }
}

/// What a database's thread has to know of its surroundings.
struct DatabaseReading: Sendable {
    /// Whether accounts are there.
    var hasAccounts = false
    /// Whether access lists are there.
    var hasLists = false
    /// Whether `*` counts in any field of a client's address.
    var allWildcards: @Sendable () -> Bool
    /// Milliseconds that never go back.
    var clock: @Sendable () -> Int
    /// Called when another process has changed the same file.
    var onChange: @Sendable () -> Void
    /// Logs a line.
    var report: @Sendable (String) -> Void
}

/// Questions by kind.
struct LookupGroups {
    var domains: [Domain] = []
    var accounts: [Mailbox] = []
    var roles: [(list: Mailbox, person: String)] = []
    var locals: [EnvelopeAddress] = []
    var externals: [Lookup] = []
    var listings: [(local: Int64, external: Int64)] = []
    var reverseNames: [String] = []
    var kinds: [Lookup.Kind] = []

    init(_ lookups: [Lookup]) {
        for lookup in lookups {
            switch lookup {
            case .domain(let domain): domains.append(domain)
            case .account(let mailbox): accounts.append(mailbox)
            case .roles(let list, let person): roles.append((list, person))
            case .localEntries(let address): locals.append(address)
            case .externalEntries, .clientEntries: externals.append(lookup)
            case .listing(let local, let external): listings.append((local, external))
            case .reverseName(let name): reverseNames.append(name)
            case .rows(let kind): kinds.append(kind)
            case .subscriber: break
            }
        }
    }
}
