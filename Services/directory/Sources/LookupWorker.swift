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
        for (range, reply) in replies { reply(range.map { (lookups[$0], answers[$0]) }) }
        return health(of: connection, after: failure)
    }

    /// The answers in the order of the questions.
    private mutating func answers(
        to lookups: [Lookup], on connection: any SQLConnection, _ failure: inout SQLError?
    ) -> [Answer] {
        guard !lookups.isEmpty else { return [] }
        do throws(SQLError) {
            return try ask(lookups, on: connection)
        } catch {
            failure = error
            if told.isNew(error) { reading.report("\(name): \(error)") }
            // One question that the database does not like must not cost the others their answers.
            guard error.code == .constraint || error.code == .other, lookups.count > 1 else {
                return lookups.map { _ in .failed("\(name): \(error)") }
            }
        }
        return lookups.map { lookup in
            do throws(SQLError) {
                return try ask([lookup], on: connection)[0]
            } catch {
                return .failed("\(name): \(error)")
            }
        }
    }

    private mutating func ask(_ lookups: [Lookup], on connection: any SQLConnection) throws(SQLError) -> [Answer] {
        let questions = LookupGroups(lookups)
        let sql = SQLLookups(dialect: connection.dialect, hasRestrictions: hasRestrictions)
        var queries: [LookupQuery] = []
        var places: [[Int]] = []
        func add<Question>(_ group: LookupGroups.Group<Question>, _ query: ([Question]) -> LookupQuery) {
            guard !group.questions.isEmpty else { return }
            queries.append(query(group.questions))
            places.append(group.places)
        }
        for (kind, place) in zip(questions.kinds.questions, questions.kinds.places) {
            queries.append(sql.isEmpty(kind))
            places.append([place])
        }
        add(questions.domains, sql.domains)
        add(questions.accounts, sql.accounts)
        add(questions.roles, sql.roles)
        add(questions.locals, sql.localEntries)
        if !questions.externals.questions.isEmpty {
            let networks = try knownNetworks(connection)
            let allWildcards = reading.allWildcards()
            add(questions.externals) { sql.externalEntries($0, networks: networks, allWildcards: allWildcards) }
        }
        add(questions.listings, sql.listings)
        add(questions.reverseNames, sql.reverseNames)
        var answers = [Answer](repeating: .failed("\(name): no answer"), count: lookups.count)
        for (number, rows) in try connection.answers(to: queries.map(\.query)).enumerated() {
            for (place, answer) in zip(places[number], queries[number].answers(rows)) { answers[place] = answer }
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
    /// The questions of a kind, each with its place among all.
    struct Group<Question> {
        private(set) var questions: [Question] = []
        private(set) var places: [Int] = []

        fileprivate mutating func append(_ question: Question, _ place: Int) {
            questions.append(question)
            places.append(place)
        }
    }

    private(set) var domains = Group<Domain>()
    private(set) var accounts = Group<Mailbox>()
    private(set) var roles = Group<(list: Mailbox, person: String)>()
    private(set) var locals = Group<EnvelopeAddress>()
    private(set) var externals = Group<Lookup>()
    private(set) var listings = Group<(local: Int64, external: Int64)>()
    private(set) var reverseNames = Group<String>()
    private(set) var kinds = Group<Lookup.Kind>()

    init(_ lookups: [Lookup]) {
        for (place, lookup) in lookups.enumerated() {
            switch lookup.question {
            case .domain(let domain): domains.append(domain, place)
            case .account(let mailbox): accounts.append(mailbox, place)
            case .roles(let list, let person): roles.append((list, person), place)
            case .localEntries(let address): locals.append(address, place)
            case .externalEntries, .clientEntries: externals.append(lookup, place)
            case .listing(let local, let external): listings.append((local, external), place)
            case .reverseName(let name): reverseNames.append(name, place)
            case .rows(let kind): kinds.append(kind, place)
            case .subscriber: break
            }
        }
    }
}
